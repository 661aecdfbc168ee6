// torch on this machine, where there is a python3 that has it: one process for a workload, asked again and again.

import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Workload } from './workloads.ts';

/** What both sides begin with: the parameters one after the other, and all batches. */
export interface Beginning {
  readonly theta: Float32Array;
  readonly inputs: Float32Array;
  readonly targets: Int32Array;
}

export interface Torch {
  readonly version: string;
  /** The library of its matrix products. */
  readonly blas: string;
  /** Of the first steps. */
  readonly losses: readonly number[];
  /** Microseconds a step, over some seconds. */
  time(threads: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** The first python3 that can import torch: the one on PATH, then the system's own. */
export function findTorch(): string | null {
  const works = (python: string) =>
    spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(works) ?? null;
}

/** @param steps whose losses are wanted */
export async function openTorch(
  python: string,
  workload: Workload,
  { theta, inputs, targets }: Beginning,
  steps: number,
): Promise<Torch> {
  const folder = mkdtempSync(path.join(tmpdir(), 'epochd-bench-'));
  for (const [name, values] of Object.entries({ theta, inputs, targets }))
    writeFileSync(
      path.join(folder, name),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  const { ask, close } = openScript(python, 'torch_step.py', workload.name);
  const { torch, batch, input, target, vocabulary = null } = workload;
  try {
    const { version, blas, losses } = (await ask({
      torch,
      batch,
      input,
      target,
      vocabulary,
      folder,
      steps,
    })) as Torch;
    return {
      version,
      blas,
      losses,
      time: async (threads, seconds) => ((await ask({ threads, seconds })) as { micros: number }).micros,
      close,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** torch's matrix products alone, in a process of its own. */
export interface TorchProducts {
  readonly version: string;
  readonly blas: string;
  /** Microseconds of a product of two n × n matrices. */
  time(n: number, threads: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

export async function openTorchProducts(python: string): Promise<TorchProducts> {
  const { ask, answer, close } = openScript(python, 'torch_gemm.py', 'products');
  const { version, blas } = (await answer()) as { version: string; blas: string };
  const time = async (n: number, threads: number, seconds: number) =>
    ((await ask({ n, threads, seconds })) as { micros: number }).micros;
  return { version, blas, time, close };
}

/** A script of this folder that answers each line with one. `answer` waits for what it says unasked. */
function openScript(python: string, file: string, what: string) {
  const script = path.join(import.meta.dirname, file);
  const child = spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const answer = answering(child, what);
  return {
    answer,
    async ask(order: object): Promise<unknown> {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return answer();
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}

function answering(child: ChildProcessByStdio<Writable, Readable, null>, what: string) {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`torch could not run ${what}`);
    return JSON.parse(value);
  };
}
