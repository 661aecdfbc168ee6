// Our training step of one workload: the job is validated, compiled and run as a trainer would, including the optimizer's per-step scalars.

import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { uniforms } from '#engine/random.ts';
import { sizeOf } from '#engine/shape.ts';
import type { StoredTable } from '#training/data/table.ts';
import { type CompiledJob, compileJob } from '#training/job/compile.ts';
import { validateJob } from '#training/job/validate.ts';
import { freshRun, restore } from '#training/run/run-state.ts';
import type { Beginning } from './peer.ts';
import type { Workload } from './workloads.ts';

export interface Ours {
  readonly beginning: Beginning;
  /** Of the first steps. */
  readonly losses: readonly number[];
  /** From job spec to the end of the first step. */
  readonly firstStepMillis: number;
  readonly threads: number;
  /** Microseconds per step, measured over this many seconds. */
  time(seconds: number): Promise<number>;
  close(): void;
}

export const BATCHES = 4;

function randomTable({ batch, input, target, classes, vocabulary }: Workload, batches: number): StoredTable {
  const samples = batch * batches;
  const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, samples);
  const inputs = uniforms(1, 1, size(input)).map((u) =>
    vocabulary === undefined ? 2 * u - 1 : Math.floor(u * vocabulary),
  );
  const targets = Int32Array.from(uniforms(1, 2, size(target)), (u) => Math.floor(u * classes));
  const integral = vocabulary !== undefined;
  return {
    info: {
      source: 'inline',
      samples,
      input_shape: [...input],
      input_range: { min: integral ? 0 : -1, max: integral ? vocabulary - 1 : 1, integral },
      features: null,
      target: {
        name: null,
        kind: 'classes',
        shape: [...target],
        labels: null,
        min: 0,
        max: classes - 1,
        integral: true,
      },
    },
    inputs,
    targets,
  };
}

/** The workload as a valid job over random data. */
export async function jobOf(
  workload: Workload,
  batches = BATCHES,
): Promise<{ spec: JobSpec; table: StoredTable }> {
  const table = randomTable(workload, batches);
  const request = {
    model: {
      input: { shape: workload.input, dtype: workload.vocabulary === undefined ? 'float32' : 'int32' },
      layers: workload.layers,
    },
    dataset: 'ds_bench',
    preprocess: 'none',
    training: { loss: 'CrossEntropyLoss', optimizer: 'Adam', batch_size: workload.batch, metrics: [] },
  };
  const { details, job } = await validateJob(request, async () => table.info);
  if (job === null) throw new Error(details.map(({ param, message }) => `${param}: ${message}`).join('\n'));
  return { spec: { ...job.spec, dataset: 'ds_bench' }, table };
}

/** Runs several steps at a time, cycling through the batches in order. @returns the losses */
export function stepping(compiled: CompiledJob, batches = BATCHES): (steps: number) => Promise<Float32Array> {
  const { executable, recipe } = compiled;
  const { definition, args } = recipe.optimizer;
  const width = definition.scalars(args).length;
  const { batch } = compiled.train;
  let step = 0;
  return async (steps) => {
    const scalars = new Float32Array(steps * width);
    const cursor = (step % batches) * batch;
    const counter = step;
    for (let i = 0; i < steps; i++)
      scalars.set(definition.scalarsAt(args, ++step, 0.001).slice(0, width), i * width);
    return executable.run('train', { steps, cursor, counter, scalars });
  };
}

/**
 * @param steps number of losses to return
 * @param batches of data, and steps per run when timed
 */
export async function openOurs(
  workload: Workload,
  backend: Backend,
  steps: number,
  batches = BATCHES,
): Promise<Ours> {
  const { spec, table } = await jobOf(workload, batches);
  const began = performance.now();
  const compiled = await compileJob(spec, table, backend);
  const { executable, layout } = compiled;
  restore(freshRun(compiled), executable);
  const whole = (await executable.read('theta')) as Float32Array;
  const parts = layout.theta.slots.map(({ offset, shape }) => whole.subarray(offset, offset + sizeOf(shape)));
  const theta = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const part of parts) {
    theta.set(part, filled);
    filled += part.length;
  }
  const run = stepping(compiled, batches);
  const first = await run(1);
  const firstStepMillis = performance.now() - began;
  const losses = [...first];
  while (losses.length < steps) losses.push(...(await run(1)));
  while (losses.length % batches !== 0) losses.push(...(await run(1)));
  return {
    beginning: { theta, inputs: Float32Array.from(table.inputs), targets: Int32Array.from(table.targets) },
    losses: losses.slice(0, steps),
    firstStepMillis,
    threads: executable.threads,
    async time(seconds) {
      const start = performance.now();
      let count = 0;
      while (count < batches || performance.now() - start < seconds * 1000) {
        await run(batches);
        count += batches;
      }
      return ((performance.now() - start) * 1000) / count;
    },
    close: () => executable.dispose(),
  };
}
