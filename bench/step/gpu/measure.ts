// One line of `npm run bench -- step --device webgpu`: a network's training step, or a matrix product, on one GPU.

import type { Executable } from '#engine/backends/backend.ts';
import { kernelFlops } from '#engine/backends/wasm/work.ts';
import { generate } from '#engine/backends/webgpu/codegen.ts';
import type { WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { matmul } from '#engine/functions.ts';
import { lower } from '#engine/lower/lower.ts';
import { type Program, ProgramBuilder } from '#engine/program.ts';
import { programOf } from '#training/compile.ts';
import { jobOf, openOurs } from '../ours.ts';
import type { Workload } from '../workloads.ts';

export interface Measured {
  readonly name: string;
  readonly us: number;
  /** Of the contractions, over the whole step's time. */
  readonly tflops: number;
  readonly dispatches: number;
  readonly us_per_dispatch: number;
  /** Of the ceiling of fused multiply-adds. */
  readonly share: number;
}

/** Batches of the data, and steps of one submission. */
const BATCHES = 16;
/** Elements of a product that are compared with one in doubles. */
const CHECKED = 16;
const CLOSE = 1e-4;

/** Dispatches of a step and floating-point operations of its contractions. */
export function countsOf(program: Program, entry: string, shares: boolean) {
  const lowered = lower(program);
  const code = generate(program, lowered, shares).entries.find(({ name }) => name === entry)!;
  const { kernels } = lowered.entries.find(({ name }) => name === entry)!;
  const flops = kernels.reduce((sum, kernel) => sum + kernelFlops(kernel), 0);
  // One more moves a run on from step to step.
  return { dispatches: code.calls.length + 1, flops };
}

function lineOf(name: string, us: number, counts: ReturnType<typeof countsOf>, ceiling: number): Measured {
  const tflops = counts.flops / us / 1e6;
  const { dispatches } = counts;
  return { name, us, tflops, dispatches, us_per_dispatch: us / dispatches, share: tflops / ceiling };
}

/** @param ceiling TFLOP/s @throws Error where a loss is not a finite number */
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

export function gemmProgram(n: number): Program {
  const program = new ProgramBuilder({ maxSteps: BATCHES }).state('a', [n, n]).state('b', [n, n]);
  program.entry('product', 1, (entry) => entry.output('c', matmul(entry.state('a'), entry.state('b'))));
  return program.build();
}

/** @throws Error where the product is wrong: nothing is timed then */
export async function measureGemm(
  n: number,
  backend: WebGpuBackend,
  ceiling: number,
  seconds: number,
): Promise<Measured> {
  const program = gemmProgram(n);
  const counts = countsOf(program, 'product', backend.device.shares);
  const executable = await backend.compile(program);
  try {
    await checkProduct(n, executable);
    const run = (steps: number) =>
      executable.run('product', { steps, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    await run(BATCHES);
    const began = performance.now();
    let steps = 0;
    while (steps === 0 || performance.now() - began < seconds * 1000) {
      await run(BATCHES);
      steps += BATCHES;
    }
    return lineOf(`gemm-${n}`, ((performance.now() - began) * 1000) / steps, counts, ceiling);
  } finally {
    executable.dispose();
  }
}

/** Small whole numbers, which float32 multiplies and adds without rounding. */
const element = (seed: number) => (i: number) => (((i * seed) % 8191) % 15) - 7;

async function checkProduct(n: number, executable: Executable): Promise<void> {
  const matrix = (of: (i: number) => number) => {
    const values = new Float32Array(n * n);
    for (let i = 0; i < values.length; i++) values[i] = of(i);
    return values;
  };
  const [a, b] = [matrix(element(4093)), matrix(element(7919))];
  executable.write('a', a);
  executable.write('b', b);
  await executable.run('product', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  mustBeProduct(n, a, b, (await executable.read('c')) as Float32Array);
}

/** @throws Error with the first of some elements that is wrong */
export function mustBeProduct(n: number, a: Float32Array, b: Float32Array, c: Float32Array): void {
  for (let i = 0; i < CHECKED; i++) {
    const [row, column] = [(i * 977) % n, (n - 1 - i * 389 + 400 * n) % n];
    let sum = 0;
    let size = 0;
    for (let k = 0; k < n; k++) {
      const product = a[row * n + k]! * b[k * n + column]!;
      sum += product;
      size += Math.abs(product);
    }
    const got = c[row * n + column]!;
    if (!(Math.abs(got - sum) <= CLOSE * size))
      throw new Error(`gemm-${n}: element ${row}, ${column} is ${got}, not ${sum}: nothing is timed`);
  }
}
