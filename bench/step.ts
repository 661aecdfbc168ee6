// The training step, in microseconds, beside torch's in the same run: `npm run bench -- step` for all workloads, or the
// name of one. Only the ratio is worth keeping: absolute figures move with the machine and what else it does.

import { measureOurs } from './step/ours.ts';
import { findTorch, measureTorch } from './step/peer.ts';
import { type Workload, workloads } from './step/workloads.ts';

const SECONDS = 2;

export async function bench(names: string[]): Promise<void> {
  const chosen = names.length === 0 ? workloads : workloads.filter(({ name }) => names.includes(name));
  const python = findTorch();
  if (python === null) process.stdout.write('no python3 with torch here: ours alone\n');
  process.stdout.write('workload        ours µs   first step ms   torch µs (threads)   ratio\n');
  for (const workload of chosen) process.stdout.write(`${await row(workload, python)}\n`);
}

async function row(workload: Workload, python: string | null): Promise<string> {
  const ours = await measureOurs(workload, SECONDS);
  const own = `${workload.name.padEnd(14)} ${number(ours.micros, 8)}   ${number(ours.firstStepMillis, 13)}`;
  if (python === null) return own;
  const { micros } = measureTorch(python, workload, SECONDS);
  const [threads, best] = Object.entries(micros).sort(([, a], [, b]) => a - b)[0]!;
  return `${own}   ${number(best, 8)} (${threads})         ${(best / ours.micros).toFixed(1).padStart(5)}×`;
}

function number(value: number, width: number): string {
  return (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(width);
}
