// Which kernels are merged. Merging maps data to data, so nothing is run here; every suite that runs programs checks that it does not
// change the values.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import * as F from '#engine/functions.ts';
import { type Kernel, storesOf, traffic } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import { standardize } from '#engine/standardize.ts';

function kernelsOf(build: (entry: EntryBuilder) => void): {
  kernels: readonly Kernel[];
  names: (kernel: Kernel) => string[];
} {
  const program = new ProgramBuilder().state('a', [6, 40]).state('b', [6, 40]);
  program.entry('e', 1, build);
  const { entries, buffers } = lower(program.build());
  const { kernels } = entries[0]!;
  return { kernels, names: (kernel) => storesOf(kernel).map(({ buffer }) => buffers[buffer]!.name) };
}

describe('merging', () => {
  it('combines two maps that read the same buffer, and passes values between them directly', () => {
    const { kernels, names } = kernelsOf((entry) => {
      const t = F.tanh(entry.state('a'));
      entry.output('y', F.mul(t, entry.state('b')));
      entry.output('z', F.exp(t));
    });
    expect(kernels.map(({ form }) => form)).toEqual(['map']);
    // tanh itself is never stored.
    expect(names(kernels[0]!)).toEqual(['e y', 'e z']);
  });

  it('computes a value shared by two merged maps once', () => {
    const { kernels } = kernelsOf((entry) => {
      entry.output('y', F.shift(F.neg(entry.state('a')), 1));
      entry.output('z', F.shift(F.neg(entry.state('a')), 2));
    });
    expect(kernels).toHaveLength(1);
    const [y, z] = storesOf(kernels[0]!).map(({ value }) => (value.kind === 'op' ? value.args[0] : null));
    expect(y).toBe(z);
  });

  it('still stores a value that a third kernel loads', () => {
    const { kernels, names } = kernelsOf((entry) => {
      const t = F.tanh(entry.state('a'));
      entry.output('y', F.mul(t, entry.state('b')));
      entry.record('largest', F.max(t));
    });
    expect(kernels.map(({ form }) => form).sort()).toEqual(['map', 'reduce']);
    const map = kernels.find(({ form }) => form === 'map')!;
    expect(names(map)).toHaveLength(2);
  });

  it('does not merge a kernel that computes row numbers with one that loads through them', () => {
    const program = new ProgramBuilder().state('table', [5]).state('at', [4], 'i32');
    program.entry('e', 1, (entry) => {
      const at = F.maximum(entry.state('at'), F.constant(entry.graph, 1, [4], 'i32'));
      entry.output('at', at);
      entry.output('rows', F.gather(entry.state('table'), at));
    });
    expect(lower(program.build()).entries[0]!.kernels).toHaveLength(2);
  });

  it('combines two sums over the same elements into one pass', () => {
    const { kernels } = kernelsOf((entry) => {
      const [a, b] = [entry.state('a'), entry.state('b')];
      entry.output('s', F.sum(a, [1]));
      entry.output('p', F.sum(F.mul(a, b), [1]));
    });
    expect(kernels.map((kernel) => (kernel.form === 'reduce' ? kernel.terms.length : 0))).toEqual([2]);
  });

  it('does not merge sums that share no input, or sums that depend on each other', () => {
    const apart = kernelsOf((entry) => {
      entry.output('s', F.sum(entry.state('a'), [1]));
      entry.output('t', F.sum(entry.state('b'), [1]));
    });
    expect(apart.kernels).toHaveLength(2);
    const needed = kernelsOf((entry) => {
      const a = entry.state('a');
      entry.output('v', F.sum(F.abs(F.sub(a, F.sum(a, [1], true))), [1]));
    });
    expect(needed.kernels).toHaveLength(2);
  });

  it('never moves a kernel ahead of what it reads or behind what reads it', () => {
    const { kernels } = kernelsOf((entry) => {
      let [x, h] = [entry.state('a'), entry.state('b')];
      for (let i = 0; i < 5; i++) {
        const s = F.sum(F.mul(x, h), [1], true);
        h = F.tanh(F.add(F.mul(h, s), x));
        x = F.sigmoid(F.sub(x, F.flip(h, [1])));
      }
      entry.output('x', x);
      entry.output('h', F.mul(h, x));
    });
    const written = new Set<number>();
    const all = new Set(kernels.flatMap((kernel) => [...traffic(kernel).writes]));
    for (const kernel of kernels) {
      const { reads, writes } = traffic(kernel);
      for (const buffer of reads) expect(all.has(buffer) && !written.has(buffer)).toBe(false);
      for (const buffer of writes) written.add(buffer);
    }
  });

  it('reads the gradient of a batch norm twice: once for both sums, once for the result', () => {
    const program = new ProgramBuilder()
      .state('x', [4, 3, 5])
      .state('w', [1, 3, 1])
      .state('c', [1, 3, 1])
      .state('g', [4, 3, 5]);
    program.entry('e', 1, (entry) => {
      const [x, weight, bias] = [entry.state('x'), entry.state('w'), entry.state('c')];
      const { y } = standardize(x, [0, 2], 1e-5, { weight, bias });
      const loss = F.sum(F.mul(y, entry.state('g')));
      const [dx, dw, db] = gradients(loss, [x, weight, bias]);
      entry.output('dx', dx!);
      entry.output('dw', dw!);
      entry.output('db', db!);
    });
    const { entries, buffers } = lower(program.build());
    const ofGradient = entries[0]!.kernels.filter((kernel) =>
      [...traffic(kernel).reads].some((buffer) => buffers[buffer]!.name === 'g'),
    );
    expect(ofGradient.map(({ form }) => form).sort()).toEqual(['map', 'reduce']);
  });
});
