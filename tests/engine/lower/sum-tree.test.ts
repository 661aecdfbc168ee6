// Long sums: how they are split, and that their error is as small as a tree of short sums should have. The oracle sums in double precision.

import { describe, expect, it } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import * as F from '#engine/functions.ts';
import { lower } from '#engine/lower/lower.ts';
import { BLOCK, cutOf, LONG } from '#engine/lower/sum-tree.ts';
import { type EntryBuilder, type Program, ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { type Shape, sizeOf } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import { backends } from '../backends.ts';

function programOf(shape: Shape, of: (x: Tensor) => Tensor): Program {
  const program = new ProgramBuilder().state('x', shape);
  program.entry('e', 1, (entry: EntryBuilder) => entry.record('y', of(entry.state('x'))));
  return program.build();
}

/** Runs one step on `backend` with the given x. @returns its records */
async function run(backend: Backend, shape: Shape, x: Float32Array, of: (x: Tensor) => Tensor) {
  const exe = await backend.compile(programOf(shape, of));
  exe.write('x', x);
  return exe.run('e', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
}

describe('splitting a long sum', () => {
  it('leaves short sums alone', () => {
    for (const reduced of [[], [7], [LONG - 1], [64, 31]]) expect(cutOf(reduced)).toBeNull();
  });

  it('keeps every block within the limit and few blocks much shorter', () => {
    for (const reduced of [[LONG], [10_007], [64, 1024], [5, 4099], [4099, 5], [256, 12544], [9001, 3, 3]]) {
      const { axis, step } = cutOf(reduced)!;
      const block = step * sizeOf(reduced.slice(axis + 1));
      expect(block, `${reduced}`).toBeLessThanOrEqual(BLOCK);
      expect(block, `${reduced}`).toBeGreaterThan(BLOCK / 4);
    }
  });

  it('gives kernels with short sums only, the last of which has the epilogue', () => {
    const { entries } = lower(programOf([10_000_019], (x) => F.sqrt(F.sum(F.mul(x, x)))));
    const { kernels } = entries[0]!;
    const depths = kernels.map((kernel) => (kernel.form === 'reduce' ? sizeOf(kernel.reduced) : 0));
    for (const depth of depths) expect(depth).toBeLessThan(LONG);
    const last = kernels.at(-1)!;
    expect(last.form === 'reduce' && last.terms[0]!.store.value.kind).toBe('op');
  });
});

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  'a long sum on %s',
  (_, backend) => {
    const cases: [Shape, number[]][] = [
      [[LONG], [0]],
      [[10_007], [0]],
      [[3, 4099], [1]],
      [[4099, 5], [0]],
      [
        [6, 3, 700],
        [0, 2],
      ],
      [
        [2, 2053, 3],
        [0, 1],
      ],
      [
        [1025, 2, 3, 3],
        [0, 2, 3],
      ],
    ];
    it.each(cases)('of %j over the axes %j adds up every element once', async (shape, axes) => {
      const x = Float32Array.from(uniforms(3, 1, sizeOf(shape)), (u) => u - 0.25);
      const y = await run(backend, shape, x, (t) => F.scale(F.sum(t, axes), 2));
      const strides = shape.map((_size, axis) => sizeOf(shape.slice(axis + 1)));
      const results = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const expected = new Float64Array(sizeOf(results));
      for (const [i, value] of x.entries()) {
        const at = results.reduce(
          (sum, size, axis) =>
            sum + (Math.floor(i / strides[axis]!) % size) * sizeOf(results.slice(axis + 1)),
          0,
        );
        expected[at]! += 2 * value;
      }
      expect(y).toHaveLength(expected.length);
      for (const [i, value] of expected.entries()) expect(Math.abs(y[i]! / value - 1)).toBeLessThan(2e-6);
    });
  },
);

describe('stays accurate over a very long sum', () => {
  const distance = (value: number, oracle: number) => Math.abs(value / oracle - 1);

  it('0.1 added up ten million times', async () => {
    const count = 1e7;
    const [y] = await run(wasm, [1], Float32Array.of(0.1), (x) => F.sum(F.broadcastTo(x, [count])));
    expect(distance(y!, count * Math.fround(0.1))).toBeLessThan(1e-6);
  });

  it('the norm of forty million gradients', async () => {
    const [times, count] = [4000, 10_000];
    const x = Float32Array.from(uniforms(5, 1, count), (u) => 0.02 * u - 0.01);
    const [y] = await run(wasm, [count], x, (t) => {
      const all = F.broadcastTo(t, [times, count]);
      return F.sqrt(F.sum(F.mul(all, all)));
    });
    const oracle = Math.sqrt(times * x.reduce((sum, value) => sum + value * value, 0));
    expect(distance(y!, oracle)).toBeLessThan(1e-6);
  });

  it('the variance of a channel over 256 images of 112 × 112', async () => {
    const [images, places, channels] = [256, 112 * 112, 2];
    const x = Float32Array.from(uniforms(5, 2, channels * places), (u, i) => u + (i < places ? 0 : 3));
    const y = await run(wasm, [channels, places], x, (t) => {
      const all = F.broadcastTo(t, [images, channels, places]);
      const centred = F.sub(all, F.mean(all, [0, 2], true));
      return F.mean(F.mul(centred, centred), [0, 2]);
    });
    for (let channel = 0; channel < channels; channel++) {
      const own = x.subarray(channel * places, (channel + 1) * places);
      const mean = own.reduce((sum, value) => sum + value, 0) / places;
      const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / places;
      expect(distance(y[channel]!, variance)).toBeLessThan(1e-6);
    }
  });
});
