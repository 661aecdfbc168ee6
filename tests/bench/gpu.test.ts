// Correctness of `npm run bench -- step --device webgpu`, on the software adapter, for which the command itself reports nothing.

import { afterAll, describe, expect, it } from 'vitest';
import { mustBeReal } from '../../bench/step/gpu/bench.ts';
import { runFma } from '../../bench/step/gpu/ceiling.ts';
import { countsOf, measureGemm, measureStep } from '../../bench/step/gpu/measure.ts';
import { readOptions } from '../../bench/step/options.ts';
import { gemmProgram, mustBeProduct } from '../../bench/step/product.ts';
import { workloads } from '../../bench/step/workloads.ts';
import { bench } from '../../bench/step.ts';
import { testGpu } from '../support/gpu.ts';

const gpu = await testGpu();
afterAll(() => gpu?.device.close());
const seed = workloads.find(({ name }) => name === 'seed-mlp')!;

it('adds workloads and matrix products on a GPU, and only there', () => {
  const { chosen, gemms } = readOptions(['--device', 'webgpu']);
  expect(chosen.map(({ name }) => name)).toEqual([
    ...workloads.map(({ name }) => name),
    'mlp-1024',
    'mlp-4096',
    'gpt-12',
  ]);
  expect(gemms).toEqual([1024, 2048, 4096, 8192]);
  expect(readOptions(['--device', 'webgpu', 'gemm-2048', 'lstm'])).toMatchObject({
    gemms: [2048],
    chosen: [{ name: 'lstm' }],
  });
  expect(() => readOptions(['gemm-2048'])).toThrow(/no workload "gemm-2048"/);
  expect(() => readOptions(['--device', 'gpu'])).toThrow(/--device gpu: there are cpu and webgpu/);
});

it('counts the dispatches and FLOPs of a matrix product', () => {
  expect(countsOf(gemmProgram(1024), 'product', true)).toEqual({ dispatches: 2, flops: 2 * 1024 ** 3 });
});

it('does not time a wrong product', () => {
  const ones = new Float32Array(64 * 64).fill(1);
  const right = new Float32Array(64 * 64).fill(64);
  expect(() => mustBeProduct(64, ones, ones, right)).not.toThrow();
  expect(() => mustBeProduct(64, ones, ones, ones)).toThrow(/is 1, not 64: nothing is timed/);
});

describe.skipIf(gpu === null)('on the adapter of the tests', () => {
  it.skipIf(!gpu?.device.summary.software)('refuses to time a GPU emulated in software', async () => {
    expect(() => mustBeReal(gpu!.device.summary)).toThrow(/computes on the processor: no times/);
    await expect(bench(['--device', 'webgpu'])).rejects.toThrow(/computes on the processor: no times/);
  });

  it('the FMA ceiling computes all of its chains, every iteration', async () => {
    // x ← x · 0.5 + 1 three times, from 1, 2, … 8: (x + 14) / 8 each.
    const { result } = await runFma(gpu!.device, 3, 0.5, 1, 1);
    expect(result).toBeCloseTo((36 + 8 * 14) / 8, 5);
  });

  it('a line describes one step: its time per dispatch, its FLOPs per second', async () => {
    const ceiling = 2;
    for (const line of [
      await measureStep(seed, gpu!, ceiling, 0.01),
      await measureGemm(64, gpu!, ceiling, 0.01),
    ]) {
      expect(line.us_per_dispatch * line.dispatches).toBeCloseTo(line.us, 6);
      expect(line.share * ceiling).toBeCloseTo(line.tflops, 12);
    }
    const { flops } = countsOf(gemmProgram(64), 'product', false);
    const line = await measureGemm(64, gpu!, ceiling, 0.01);
    expect(line.tflops * line.us * 1e6).toBeCloseTo(flops, 3);
  });
});
