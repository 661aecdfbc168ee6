// Every way in which a contraction packs its operands: the tiling chooses it for products of that shape, and the result matches the
// reference, with tiles of both widths.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { reference } from '#engine/backends/reference/reference.ts';
import { type Tiling, tilingOf } from '#engine/backends/wasm/kernels/tiling.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { convolution, matmul, mul, permute, sum, transpose } from '#engine/functions.ts';
import { lower } from '#engine/lower/lower.ts';
import { type Program, ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { type Shape, sizeOf } from '#engine/shape.ts';
import type { Tensor } from '#engine/tensor.ts';
import { wideTiles } from './backends.ts';

interface Way {
  readonly name: string;
  readonly a: Shape;
  readonly b: Shape;
  readonly result: (a: Tensor, b: Tensor) => Tensor;
  readonly isTaken: (tiling: Tiling) => boolean;
}

const WAYS: readonly Way[] = [
  {
    name: 'reads b in place if its rows are close together',
    a: [30, 40],
    b: [40, 21],
    result: matmul,
    isTaken: ({ pack, packA }) => pack === 'none' && !packA,
  },
  {
    name: 'packs a panel of b if its rows are far apart',
    a: [30, 40],
    b: [40, 300],
    result: matmul,
    isTaken: ({ pack, together }) => pack === 'rows' && together > 1,
  },
  {
    name: 'packs several panels at once, even if the last is partial',
    a: [50, 40],
    b: [40, 16 * 9 + 256 + 5],
    result: matmul,
    isTaken: ({ pack, together }) => pack === 'rows' && together === 4,
  },
  {
    name: 'transposes b if k is contiguous',
    a: [30, 41],
    b: [37, 41],
    result: (a, b) => matmul(a, transpose(b)),
    isTaken: ({ pack }) => pack === 'transposed',
  },
  {
    name: 'gathers columns of b if neither axis is contiguous',
    a: [3, 30, 20],
    b: [5, 20, 3, 4],
    result: (a, b) => matmul(a, permute(sum(b, [3]), [2, 1, 0])),
    isTaken: ({ pack }) => pack === 'gathered' || pack === 'transposed',
  },
  {
    name: 'packs a first if its steps along k are far apart',
    a: [40, 260],
    b: [40, 70],
    result: (a, b) => matmul(transpose(a), b),
    isTaken: ({ packA }) => packA,
  },
  {
    name: 'keeps partial sums in memory if a panel would be too long',
    a: [90, 3, 12, 12],
    b: [5, 3, 3, 3],
    // The gradient with respect to the kernel sums over images and positions.
    result: (x, w) => {
      const y = convolution(x, w, { stride: [1, 1], dilation: [1, 1], groups: 1 });
      return gradients(sum(mul(y, y)), [w])[0]!;
    },
    isTaken: ({ splitK }) => splitK > 0,
  },
];

function programOf({ a, b, result }: Way): Program {
  const program = new ProgramBuilder({ maxSteps: 1 }).state('a', a).state('b', b);
  program.entry('go', 1, (entry) => entry.output('y', result(entry.state('a'), entry.state('b'))));
  return program.build();
}

const numbers = (stream: number, shape: Shape) =>
  Float32Array.from(uniforms(1, stream, sizeOf(shape)), (u) => u - 0.5);

async function resultOf(way: Way, backend: { compile: (typeof wasm)['compile'] }) {
  const exe = await backend.compile(programOf(way));
  exe.write('a', numbers(0, way.a));
  exe.write('b', numbers(1, way.b));
  await exe.run('go', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  const y = await exe.read('y');
  exe.dispose();
  return Float64Array.from(y);
}

describe.each(WAYS)('$name', (way) => {
  it.each([
    ['narrow tiles', false, wasm],
    ['wide tiles', true, wideTiles],
  ] as const)('with %s', async (_, wide, backend) => {
    const kernels = lower(programOf(way)).entries.flatMap((entry) => entry.kernels);
    const tilings = kernels.flatMap((kernel) => (kernel.form === 'contract' ? [tilingOf(kernel, wide)] : []));
    expect(tilings.some(way.isTaken), JSON.stringify(tilings)).toBe(true);

    const [got, expected] = [await resultOf(way, backend), await resultOf(way, reference)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(got[i]! - value)), 0);
    expect(got.every(Number.isFinite)).toBe(true);
    expect(worst).toBeLessThan(largest * 1e-5);
  });
});
