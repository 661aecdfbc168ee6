// One line of `npm run bench -- step --device webgpu`: a network's training step, or a matrix product, on one GPU.

import { kernelFlops } from '#engine/backends/wasm/work.ts';
import { generate } from '#engine/backends/webgpu/codegen.ts';
import type { WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { lower } from '#engine/lower/lower.ts';
import type { Program } from '#engine/program.ts';
import { programOf } from '#training/job/program-of.ts';
import { jobOf, openOurs } from '../ours.ts';
import { gemmProgram, openProduct } from '../product.ts';
import type { Workload } from '../workloads.ts';

export interface Measured {
  readonly name: string;
  readonly us: number;
  /** FLOPs of the contractions over the time of the whole step. */
  readonly tflops: number;
  readonly dispatches: number;
  readonly us_per_dispatch: number;
  /** Fraction of the FMA ceiling. */
  readonly share: number;
}

/** Batches of data, and steps per submission. */
const BATCHES = 16;

/** Dispatches per step, and floating-point operations of its contractions. */
export function countsOf(program: Program, entry: string, shares: boolean) {
  const lowered = lower(program);
  const code = generate(program, lowered, shares).entries.find(({ name }) => name === entry)!;
  const { kernels } = lowered.entries.find(({ name }) => name === entry)!;
  const flops = kernels.reduce((sum, kernel) => sum + kernelFlops(kernel), 0);
  // Plus the dispatch that advances a run from one step to the next.
  return { dispatches: code.calls.length + 1, flops };
}

function lineOf(name: string, us: number, counts: ReturnType<typeof countsOf>, ceiling: number): Measured {
  const tflops = counts.flops / us / 1e6;
  const { dispatches } = counts;
  return { name, us, tflops, dispatches, us_per_dispatch: us / dispatches, share: tflops / ceiling };
}

/**
 * @param ceiling TFLOP/s
 * @throws Error if a loss is not finite
 */
export async function measureStep(
  workload: Workload,
  backend: WebGpuBackend,
  ceiling: number,
  seconds: number,
): Promise<Measured> {
  const { spec, table } = await jobOf(workload, BATCHES);
  const counts = countsOf(programOf(spec, table.info).program, 'train', backend.device.shares);
  const ours = await openOurs(workload, backend, 2, BATCHES);
  try {
    if (!ours.losses.every(Number.isFinite)) throw new Error(`${workload.name}: losses ${ours.losses}`);
    await ours.time(seconds / 4);
    return lineOf(workload.name, await ours.time(seconds), counts, ceiling);
  } finally {
    ours.close();
  }
}

/** @throws Error if the product is wrong, in which case nothing is timed */
export async function measureGemm(
  n: number,
  backend: WebGpuBackend,
  ceiling: number,
  seconds: number,
): Promise<Measured> {
  const counts = countsOf(gemmProgram(n), 'product', backend.device.shares);
  const product = await openProduct(n, backend, BATCHES);
  try {
    return lineOf(`gemm-${n}`, await product.time(seconds), counts, ceiling);
  } finally {
    product.close();
  }
}
