// A training step of each workload in GPU terms: dispatches, distinct shaders, memory. `npm run bench -- gpu-plan`. The figures come from
// the generated code, so no GPU is needed and nothing is timed.

import { generate } from '#engine/backends/webgpu/codegen.ts';
import { lower } from '#engine/lower/lower.ts';
import { programOf } from '#training/job/program-of.ts';
import { gpuWorkloads } from './step/gpu/workloads.ts';
import { jobOf } from './step/ours.ts';
import { workloads } from './step/workloads.ts';

export async function bench(): Promise<void> {
  process.stdout.write('workload        dispatches a step   shaders   MiB\n');
  for (const workload of [...workloads, ...gpuWorkloads]) {
    const { spec, table } = await jobOf(workload);
    const { program } = programOf(spec, table.info);
    const { shaders, entries, bytes } = generate(program, lower(program));
    // Plus the dispatch that advances a run from one step to the next.
    const dispatches = entries.find(({ name }) => name === 'train')!.calls.length + 1;
    const columns = [
      workload.name.padEnd(14),
      String(dispatches).padStart(19),
      String(shaders.length).padStart(9),
      (bytes / 2 ** 20).toFixed(1).padStart(6),
    ];
    process.stdout.write(`${columns.join(' ')}\n`);
  }
}
