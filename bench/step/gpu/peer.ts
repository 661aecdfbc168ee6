// torch on CUDA, if some python3 here has it: one process that measures networks and products one after the other.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Workload } from '../workloads.ts';

/** Microseconds per step for each way of running torch; null if it did not run, with the reason. */
export interface TorchTimes {
  readonly eager: number | null;
  readonly compiled: number | null;
  readonly graph: number | null;
  readonly reasons: Readonly<Record<string, string>>;
}

export interface CudaTorch {
  readonly version: string;
  readonly gpu: string;
  time(subject: Workload | { readonly gemm: number }, seconds: number): Promise<TorchTimes>;
  close(): Promise<void>;
}

/** Null if no python3 has torch with CUDA. */
export async function openCudaTorch(): Promise<CudaTorch | null> {
  const probe = 'import torch, sys; sys.exit(0 if torch.cuda.is_available() else 1)';
  const works = (python: string) => spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status === 0;
  const python = ['python3', '/usr/bin/python3'].find(works);
  if (python === undefined) return null;
  const script = path.join(import.meta.dirname, 'torch_cuda.py');
  const child = spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('torch on CUDA ended without an answer');
    return JSON.parse(value) as T;
  };
  const hello = await answer<Pick<CudaTorch, 'version' | 'gpu'>>();
  return {
    ...hello,
    async time(subject, seconds) {
      const order = 'gemm' in subject ? subject : orderOf(subject);
      child.stdin.write(`${JSON.stringify({ ...order, seconds })}\n`);
      return answer<TorchTimes>();
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

function orderOf({ torch, batch, input, target, classes, vocabulary }: Workload) {
  return { torch, batch, input, target, classes, vocabulary: vocabulary ?? null };
}
