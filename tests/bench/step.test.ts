// Correctness of `npm run bench -- step`; no timing is asserted.

import { expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { matmul, relu } from '#engine/functions.ts';
import { lower } from '#engine/lower/lower.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { kernelBytes } from '../../bench/step/bytes.ts';
import { compare, median, mustAgree } from '../../bench/step/compare.ts';
import { readOptions } from '../../bench/step/options.ts';
import { openProduct } from '../../bench/step/product.ts';
import { profile } from '../../bench/step/profile.ts';
import { workloads } from '../../bench/step/workloads.ts';

const seed = workloads.find(({ name }) => name === 'seed-mlp')!;

it('selects the named workloads, and lists all of them if a name is unknown', () => {
  expect(readOptions(['lstm', 'gru', '--rounds', '3']).chosen.map(({ name }) => name)).toEqual([
    'lstm',
    'gru',
  ]);
  expect(readOptions([]).chosen).toBe(workloads);
  expect(() => readOptions(['lstn'])).toThrow(/no workload "lstn"; there are seed-mlp, .*--profile/s);
  expect(() => readOptions(['--rounds', '0'])).toThrow(/--rounds 0/);
});

it('times nothing if the losses of the two sides differ', () => {
  expect(() => mustAgree('lstm', [1.1, 1.0], [1.1005, 1.0])).not.toThrow();
  expect(() => mustAgree('lstm', [1.1, 1.0], [1.1, 1.1])).toThrow(/lstm: the losses differ/);
  expect(() => mustAgree('lstm', [1.1, Number.NaN], [1.1, 1.1])).toThrow(/differ/);
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});

it('measures only our side without torch', async () => {
  const row = await compare(seed, wasm, null, 1e6, { rounds: 1, seconds: 0.01 });
  expect(row).toMatchObject({ workload: 'seed-mlp', torch_us: null, ratio: null, threads: 1 });
  expect((row.gflops * row.ours_us) / 1e3).toBeCloseTo(1, 1);
});

it('profiles every kernel of a step, with shares that add up to 1', async () => {
  const lines = await profile(seed, 0.05);
  expect(lines.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  // Three layers: one product each forward and for the weight gradient, and one for the input gradient of all but the first.
  const products = lines.filter(({ kernel }) => kernel.startsWith('contract'));
  expect(products.reduce((sum, { calls }) => sum + calls, 0)).toBe(8);
});

it('counts each element that a kernel accesses once', () => {
  const program = new ProgramBuilder().state('a', [3, 5]).state('b', [5, 7]);
  program.entry('e', 1, (entry) => entry.output('y', relu(matmul(entry.state('a'), entry.state('b')))));
  const { entries, buffers } = lower(program.build());
  const sizes = buffers.map(({ size }) => size);
  expect(kernelBytes(entries[0]!.kernels[0]!, sizes)).toBe(4 * (15 + 35 + 21));
});

it('checks a matrix product, then times it', async () => {
  const product = await openProduct(33, wasm, 2);
  expect(await product.time(0.001)).toBeGreaterThan(0);
  expect(product.threads).toBe(1);
});
