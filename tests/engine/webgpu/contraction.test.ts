// Contractions and sums whose threads cooperate through workgroup memory, for real GPUs. The other suites run on a software adapter, on
// which every result has its own thread.

import { afterAll, describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { reference } from '#engine/backends/reference/reference.ts';
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { openDevice } from '#engine/backends/webgpu/device.ts';
import { webgpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import * as F from '#engine/functions.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { type Shape, sizeOf } from '#engine/shape.ts';
import { difference } from '../op-cases.ts';

const found = process.env.EPOCHD_TESTS_WITHOUT_GPU === '1' ? null : await findAdapter();
const gpu = found?.adapter
  ? webgpuBackend(await openDevice(found.adapter, found.summary, { shares: true }))
  : null;
afterAll(() => gpu?.device.close());

async function outputOf(
  backend: Backend,
  shapes: Readonly<Record<string, Shape>>,
  build: (entry: EntryBuilder) => void,
): Promise<Float32Array> {
  const program = new ProgramBuilder();
  for (const [name, shape] of Object.entries(shapes)) program.state(name, shape);
  program.entry('e', 1, build);
  const exe = await backend.compile(program.build());
  for (const [stream, [name, shape]] of Object.entries(shapes).entries())
    exe.write(
      name,
      Float32Array.from(uniforms(3, stream, sizeOf(shape)), (u) => 2 * u - 1),
    );
  await exe.run('e', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  const y = (await exe.read('y')) as Float32Array;
  exe.dispose();
  return y;
}

async function differenceOf(
  shapes: Readonly<Record<string, Shape>>,
  build: (entry: EntryBuilder) => void,
): Promise<number> {
  const [tried, exact] = await Promise.all([gpu!, reference].map((each) => outputOf(each, shapes, build)));
  return difference(tried!, exact!);
}

describe.skipIf(gpu === null)('with threads that share memory', () => {
  it.each<[string, Shape, Shape]>([
    ['16 × 16 tiles, none of them full', [67, 70], [70, 45]],
    ['32 × 32 tiles', [160, 64], [64, 130]],
    ['64 × 64 tiles in parts of k', [64, 1100], [1100, 64]],
    ['large tiles', [520, 40], [40, 260]],
    ['a batch', [5, 40, 33], [5, 33, 50]],
  ])('a product matches the reference: %s', async (_, a, b) => {
    const worst = await differenceOf({ a, b }, (entry) =>
      entry.output('y', F.relu(F.matmul(entry.state('a'), entry.state('b')))),
    );
    expect(worst).toBeLessThan(2e-5);
  });

  it('a convolution and its gradients match the reference', async () => {
    const attrs = { stride: [1, 1] as const, dilation: [1, 1] as const, groups: 1 };
    const shapes = { x: [6, 8, 14, 14], w: [16, 8, 3, 3], gy: [6, 16, 12, 12] };
    for (const wanted of ['y', 'dx', 'dw'] as const) {
      const worst = await differenceOf(shapes, (entry) => {
        const [x, w] = [entry.state('x'), entry.state('w')];
        const y = F.convolution(x, w, attrs);
        const [dx, dw] = gradients(F.sum(F.mul(y, entry.state('gy'))), [x, w]);
        entry.output('y', { y, dx: dx!, dw: dw! }[wanted]);
      });
      expect(worst).toBeLessThan(2e-5);
    }
  });

  it.each<[string, readonly number[]]>([
    ['of all elements', [0, 1]],
    ['of rows', [1]],
    ['of columns', [0]],
  ])('sums, maxima and argmax %s match the reference', async (_, axes) => {
    const shape = [130, 257];
    for (const reduce of [F.sum, F.max] as const) {
      const worst = await differenceOf({ x: shape }, (entry) =>
        entry.output('y', reduce(entry.state('x'), axes)),
      );
      expect(worst).toBeLessThan(1e-5);
    }
    if (axes.length > 1) return;
    const places = await differenceOf({ x: shape }, (entry) =>
      entry.output('y', F.toF32(F.argmax(entry.state('x'), axes[0]!))),
    );
    expect(places).toBe(0);
  });

  it('gives the same bits on every run', async () => {
    const build = (entry: EntryBuilder) => entry.output('y', F.matmul(entry.state('a'), entry.state('b')));
    const shapes = { a: [64, 1100], b: [1100, 64] };
    expect(await outputOf(gpu!, shapes, build)).toEqual(await outputOf(gpu!, shapes, build));
  });
});
