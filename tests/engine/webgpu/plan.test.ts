// How kernels are divided for a GPU: pure functions of their sizes, tested without a device.

import { describe, expect, it } from 'vitest';
import { generate } from '#engine/backends/webgpu/codegen.ts';
import { isPlain, planContraction } from '#engine/backends/webgpu/kernels/contraction-plan.ts';
import * as F from '#engine/functions.ts';
import type { ContractKernel } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { classifier } from '../networks.ts';

const nothing = { buffer: 0, address: { coefficients: [], offset: 0 } };
function product(m: number, n: number, k: number, batch = 1): ContractKernel {
  const core = { kind: 'core', dtype: 'f32' } as const;
  const sizes = { batch: batch === 1 ? [] : [batch], m: [m], n: [n], k: [k] };
  return { form: 'contract', ...sizes, a: nothing, b: nothing, store: { ...nothing, value: core } };
}

describe('tiling a contraction', () => {
  it('uses the largest tiles that still give enough of them', () => {
    expect(planContraction(product(4096, 4096, 4096))).toMatchObject({ tileM: 128, tileN: 64, splits: 1 });
    expect(planContraction(product(1024, 1024, 1024))).toMatchObject({ tileM: 64, tileN: 64 });
  });

  it('splits long sums that give few results', () => {
    const plan = planContraction(product(32, 288, 65536));
    expect(plan.splits).toBeGreaterThan(8);
    expect(plan.splits * plan.partK).toBeGreaterThanOrEqual(65536);
    expect((plan.splits - 1) * plan.partK).toBeLessThan(65536);
  });

  it('uses one thread per result for small contractions', () => {
    expect(isPlain(product(16, 64, 10), true)).toBe(true);
    expect(isPlain(product(512, 512, 512), true)).toBe(false);
  });

  it('stays within the workgroup memory and thread count that every adapter supports', () => {
    for (const [m, n, k] of [
      [8, 8, 1e6],
      [1e5, 3, 1e4],
      [3, 1e5, 1e4],
      [777, 333, 111],
      [8192, 8192, 8192],
    ] as const) {
      const plan = planContraction(product(m, n, k));
      expect(plan.sharedBytes).toBeLessThanOrEqual(16384);
      expect(plan.threads).toBe(256);
      expect(plan.tilesM * plan.tileM).toBeGreaterThanOrEqual(m);
      expect(plan.tilesN * plan.tileN).toBeGreaterThanOrEqual(n);
    }
  });
});

describe('generated shader code', () => {
  it('shares one shader among kernels that differ only in their buffers', () => {
    const program = new ProgramBuilder();
    for (const name of ['a', 'b', 'c', 'd']) program.state(name, [300]);
    program.entry('e', 1, (entry) => {
      for (const name of ['a', 'b', 'c', 'd']) entry.output(`${name}2`, F.exp(entry.state(name)));
    });
    const built = program.build();
    const { shaders, entries } = generate(built, lower(built));
    // One for the program's kernels, and one that advances a run from step to step.
    expect(new Set(entries[0]!.calls.map(({ shader }) => shader)).size).toBe(1);
    expect(shaders).toHaveLength(2);
  });

  it('contains no infinity or NaN, which WGSL rejects', () => {
    const built = classifier();
    for (const { code } of generate(built, lower(built)).shaders)
      expect(code.replaceAll(/\/\/.*$/gm, '')).not.toMatch(/Infinity|NaN/);
  });
});
