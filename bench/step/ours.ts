// Times our training step of one workload: the job is validated, compiled and run as a trainer would, the optimizer's
// per-step scalars included.

import type { JobSpec } from '#contracts/job-api.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { uniforms } from '#engine/random.ts';
import { compileJob } from '#training/compile.ts';
import type { StoredTable } from '#training/data/table.ts';
import { freshRun, restore } from '#training/run-state.ts';
import { validateJob } from '#training/validate.ts';
import type { Workload } from './workloads.ts';

export interface Measured {
  /** Of the best round. */
  readonly micros: number;
  /** From the job to the end of its first step. */
  readonly firstStepMillis: number;
  readonly threads: number;
}

const BATCHES = 4;

function randomTable({ batch, input, target, classes, vocabulary }: Workload): StoredTable {
  const samples = batch * BATCHES;
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
export async function jobOf(workload: Workload): Promise<{ spec: JobSpec; table: StoredTable }> {
  const table = randomTable(workload);
  const request = {
    model: {
      input: { shape: workload.input, dtype: workload.vocabulary === undefined ? 'float32' : 'int32' },
      layers: workload.layers,
    },
    dataset: 'ds_bench',
    training: { loss: 'CrossEntropyLoss', optimizer: 'Adam', batch_size: workload.batch, metrics: [] },
  };
  const { details, job } = await validateJob(request, async () => table.info);
  if (job === null) throw new Error(details.map(({ param, message }) => `${param}: ${message}`).join('\n'));
  return { spec: { ...job.spec, dataset: 'ds_bench' }, table };
}

export async function measureOurs(workload: Workload, seconds: number, backend: Backend): Promise<Measured> {
  const { spec, table } = await jobOf(workload);

  const began = performance.now();
  const compiled = await compileJob(spec, table, backend);
  const { executable, recipe } = compiled;
  restore(freshRun(compiled), executable);
  const { definition, args } = recipe.optimizer;
  const width = definition.scalars(args).length;
  let step = 0;
  const run = async (steps: number) => {
    const scalars = new Float32Array(steps * width);
    for (let i = 0; i < steps; i++)
      scalars.set(definition.scalarsAt(args, ++step, 0.001).slice(0, width), i * width);
    await executable.run('train', { steps, cursor: 0, counter: step, scalars });
  };
  await run(1);
  const firstStepMillis = performance.now() - began;

  let micros = Number.POSITIVE_INFINITY;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const start = performance.now();
    let count = 0;
    while (count < 3 || performance.now() - start < 50) {
      await run(BATCHES);
      count += BATCHES;
    }
    micros = Math.min(micros, ((performance.now() - start) * 1000) / count);
  }
  const { threads } = executable;
  executable.dispose();
  return { micros, firstStepMillis, threads };
}
