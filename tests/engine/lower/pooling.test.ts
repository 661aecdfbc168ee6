// How max pooling is lowered: to one kernel that finds each window's maximum and its position, and one that routes the gradients there,
// through the preceding ReLU. Every suite that runs programs checks that the values are unchanged.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { firstMax, mul, relu, sum, window } from '#engine/functions.ts';
import { type Kernel, storesOf, traffic } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { sizeOf } from '#engine/shape.ts';

const attrs = { kernel: [2, 2], stride: [2, 2], dilation: [1, 1] } as const;

function lowered() {
  const program = new ProgramBuilder().state('x', [3, 2, 8, 12]).state('w', [3, 2, 4, 6]);
  program.entry('pool', 1, (entry) => {
    const x = entry.state('x');
    const y = firstMax(window(relu(x), attrs), [4, 5]);
    entry.output('y', y);
    entry.output('dx', gradients(sum(mul(y, entry.state('w'))), [x])[0]!);
  });
  const { entries, buffers } = lower(program.build());
  // Leaves out the map over four numbers that computes the constant offsets within a window.
  const kernels = entries[0]!.kernels.filter((kernel) => kernel.form !== 'map' || sizeOf(kernel.sizes) > 4);
  const stored = (kernel: Kernel) => storesOf(kernel).map(({ buffer }) => buffers[buffer]!);
  return { kernels, stored };
}

describe('max pooling after a ReLU', () => {
  it('takes two maps, the first of which finds both the maximum and its position', () => {
    const { kernels, stored } = lowered();
    expect(kernels.map(({ form }) => form)).toEqual(['map', 'map']);
    const [forward, backward] = kernels as [Kernel, Kernel];
    expect(stored(forward).map(({ size }) => size)).toEqual([3 * 2 * 4 * 6, 3 * 2 * 4 * 6]);
    expect(new Set(stored(backward).map(({ name }) => name))).toEqual(new Set(['pool dx']));
    // It reads the input (for the mask of the ReLU), the positions, the incoming gradient and the constant offsets.
    expect(traffic(backward).reads.size).toBe(4);
  });

  it('stores two adjacent elements in a row of the gradient per window', () => {
    const { kernels } = lowered();
    const stores = storesOf(kernels[1]!);
    expect(stores).toHaveLength(2);
    const [left, right] = stores.map(({ address }) => address);
    expect(left!.coefficients.at(-1)).toBe(2);
    expect(right).toEqual({ ...left, offset: left!.offset + 1 });
  });
});
