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
  const script = path.join(import.meta.dirname, 'torch_step.py');
  const child = spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const ask = asking(child, workload.name);
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
      async close() {
        child.stdin.end();
        await exited;
      },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function asking(child: ChildProcessByStdio<Writable, Readable, null>, name: string) {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (order: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`torch could not run ${name}`);
    return JSON.parse(value);
  };
}
