// The time from a job and its table to the end of its first training step, for every example with inline data: graph, gradients, kernels,
// WebAssembly.
// `npm run bench -- compile`, or `npm run bench -- compile NAME` for one. Each is measured in a process of its own that has
// already trained a small network, like a trainer that waits for its job.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { InlineDataset } from '#contracts/datasets/dataset.ts';
import { defaultBackend } from '#training/backend.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { compileJob } from '#training/job/compile.ts';
import { validateJob } from '#training/job/validate.ts';
import { examples } from '../examples/index.ts';
import { rehearse } from '../services/worker/trainer/rehearsal.ts';

export async function bench([name]: string[]): Promise<void> {
  if (name !== undefined) await measure(name);
  else {
    const main = path.join(import.meta.dirname, 'main.ts');
    for (const each of NAMES) {
      spawnSync(process.execPath, [main, 'compile', each], { stdio: 'inherit' });
    }
  }
}

const NAMES = Object.keys(examples).filter((name) => typeof examples[name]!.job.dataset === 'object');

async function measure(name: string): Promise<void> {
  if (!NAMES.includes(name)) throw new Error(`npm run bench -- compile [NAME]: one of ${NAMES.join(', ')}`);
  const { job: request } = examples[name]!;
  const { table } = readInline(request.dataset as InlineDataset);
  const { details, job } = await validateJob({ ...request, dataset: 'ds_' }, async () => table.info);
  if (job === null) throw new Error(JSON.stringify(details));
  const spec = { ...job.spec, dataset: 'ds_' };
  await rehearse();

  const start = performance.now();
  const { executable, scalars } = await compileJob(spec, table, defaultBackend);
  const compiled = performance.now();
  executable.writeOrder(Int32Array.from({ length: table.info.samples }, (_, i) => i));
  await executable.run('train', {
    steps: 1,
    cursor: 0,
    counter: 0,
    scalars: new Float32Array(scalars.length),
  });
  const stepped = performance.now();
  const [compiling, stepping] = [compiled - start, stepped - compiled].map((ms) => `${ms.toFixed(0)} ms`);
  process.stdout.write(
    `${name.padEnd(20)} compiled in ${compiling!.padStart(7)}, first step ${stepping!.padStart(7)}\n`,
  );
}
