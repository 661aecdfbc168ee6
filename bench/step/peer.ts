// torch on this machine, where there is a python3 that has it.

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Workload } from './workloads.ts';

export interface TorchMeasured {
  readonly version: string;
  /** Microseconds a step, by number of threads. */
  readonly micros: Readonly<Record<string, number>>;
}

/** The first python3 that can import torch: the one on PATH, then the system's own. */
export function findTorch(): string | null {
  const works = (python: string) =>
    spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(works) ?? null;
}

export function measureTorch(python: string, workload: Workload, seconds: number): TorchMeasured {
  const { torch, batch, input, target, classes, vocabulary = null } = workload;
  const job = { torch, batch, input, target, classes, vocabulary, seconds };
  const script = path.join(import.meta.dirname, 'torch_step.py');
  const { stdout, stderr, status } = spawnSync(python, ['-W', 'ignore', script], {
    input: JSON.stringify(job),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`torch could not run ${workload.name}:\n${stderr}`);
  return JSON.parse(stdout) as TorchMeasured;
}
