// The training step, in microseconds, beside torch's in the same run: `npm run bench -- step` for all workloads, or the
// name of one. Only the ratio is worth keeping: absolute figures move with the machine and what else it does.

import { availableParallelism } from 'node:os';
import type { Backend } from '#engine/backends/backend.ts';
import { threadedBackend } from '#training/backend.ts';
import { measureOurs } from './step/ours.ts';
import { findTorch, measureTorch } from './step/peer.ts';
import { type Workload, workloads } from './step/workloads.ts';

const SECONDS = 2;

export async function bench(names: string[]): Promise<void> {
  const threads = Number(names.find((name) => /^\d+$/.test(name)) ?? availableParallelism());
  const wanted = names.filter((name) => !/^\d+$/.test(name));
  const chosen = wanted.length === 0 ? workloads : workloads.filter(({ name }) => wanted.includes(name));
  const backend = threadedBackend(threads);
  const python = findTorch();
  if (python === null) process.stdout.write('no python3 with torch here: ours alone\n');
  process.stdout.write('workload        ours µs (threads)   first step ms   torch µs (threads)   ratio\n');
  for (const workload of chosen) process.stdout.write(`${await row(workload, backend, python)}\n`);
}

async function row(workload: Workload, backend: Backend, python: string | null): Promise<string> {
  const ours = await measureOurs(workload, SECONDS, backend);
  const own = `${workload.name.padEnd(14)} ${number(ours.micros, 8)} (${ours.threads})         ${number(ours.firstStepMillis, 13)}`;
  if (python === null) return own;
  const { micros } = measureTorch(python, workload, SECONDS);
  const [threads, best] = Object.entries(micros).sort(([, a], [, b]) => a - b)[0]!;
  return `${own}   ${number(best, 8)} (${threads})         ${(best / ours.micros).toFixed(1).padStart(5)}×`;
}

function number(value: number, width: number): string {
  return (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(width);
}
