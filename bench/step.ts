// The training step against torch's, alternating: `npm run bench -- step` for all workloads, or the names of some; --json for one line per
// workload, --profile for the kernels of each, --plan for what is stored and what is fused, --device webgpu for a GPU with workloads large
// enough to keep one busy. Only ratios are worth recording: absolute figures vary with the machine and its other load.

import { kernelFlops } from '#engine/backends/wasm/work.ts';
import { describePlan } from '#engine/lower/describe.ts';
import { fusionPlans, lower } from '#engine/lower/lower.ts';
import { threadedBackend } from '#training/backend.ts';
import { programOf } from '#training/job/program-of.ts';
import { compare, type Row } from './step/compare.ts';
import { benchGpu } from './step/gpu/bench.ts';
import { readOptions } from './step/options.ts';
import { jobOf } from './step/ours.ts';
import { findTorch } from './step/peer.ts';
import { type Line, profile } from './step/profile.ts';
import type { Workload } from './step/workloads.ts';

export async function bench(args: string[]): Promise<void> {
  const options = readOptions(args);
  const { chosen, threads, json } = options;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (options.device === 'webgpu') return benchGpu(options, say);
  if (options.plan) {
    for (const workload of chosen) say([workload.name, ...(await planOf(workload)), ''].join('\n'));
    return;
  }
  if (options.profile) {
    for (const workload of chosen) {
      const lines = await profile(workload, options.rounds * options.seconds);
      if (json) for (const line of lines) say(JSON.stringify({ workload: workload.name, ...line }));
      else say(`${workload.name}, one thread\n${profileTable(lines)}\n`);
    }
    return;
  }
  const backend = threadedBackend(threads);
  const python = findTorch();
  if (!json) {
    if (python === null) say('no python3 with torch here: ours alone');
    say('workload        ours µs (threads)   torch µs (threads)   ratio   GFLOP/s   first step ms');
  }
  let peer: string | null = null;
  for (const workload of chosen) {
    const row = await compare(workload, backend, python, await stepFlops(workload), options);
    say(json ? JSON.stringify(row) : tableRow(row));
    peer = row.torch;
  }
  if (!json && peer !== null)
    say(
      `torch ${peer}${/^libblas/.test(peer.split(' ').at(-1)!) ? ': the reference BLAS, so compare nothing; install libopenblas0-pthread' : ''}`,
    );
}

/** What the stages of a step store, compute and load. */
async function planOf(workload: Workload): Promise<string[]> {
  const { spec, table } = await jobOf(workload);
  return describePlan(fusionPlans(programOf(spec, table.info).program).get('train')!);
}

/** Floating-point operations of the contractions in a step. */
async function stepFlops(workload: Workload): Promise<number> {
  const { spec, table } = await jobOf(workload);
  const { entries } = lower(programOf(spec, table.info).program);
  const train = entries.find(({ name }) => name === 'train')!;
  return train.kernels.reduce((sum, kernel) => sum + kernelFlops(kernel), 0);
}

function tableRow(row: Row): string {
  return [
    row.workload.padEnd(14),
    `${number(row.ours_us, 8)} (${row.threads})`.padEnd(20),
    (row.torch_us === null ? '' : `${number(row.torch_us, 8)} (${row.torch_threads})`).padEnd(18),
    (row.ratio === null ? '' : `${row.ratio}×`).padStart(7),
    number(row.gflops, 9),
    number(row.first_step_ms, 15),
  ].join(' ');
}

function profileTable(lines: readonly Line[]): string {
  const rows = lines.map(({ kernel, calls, micros, share, gflops, gigabytesPerSecond }) =>
    [
      number(micros, 9),
      `${(share * 100).toFixed(1)}%`.padStart(7),
      number(gflops, 9),
      number(gigabytesPerSecond, 7),
      String(calls).padStart(6),
      ` ${kernel}`,
    ].join(' '),
  );
  return ['       µs   share   GFLOP/s    GB/s  calls  kernel', ...rows].join('\n');
}

function number(value: number, width: number): string {
  return (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(width);
}
