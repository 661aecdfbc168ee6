// torch on this machine, if there is a python3 that has it: one process per workload, which answers any number of requests.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openTalk } from './talk.ts';
import type { Workload } from './workloads.ts';

/** What both sides start from: the parameters, concatenated, and all batches. */
export interface Beginning {
  readonly theta: Float32Array;
  readonly inputs: Float32Array;
  readonly targets: Int32Array;
}

export interface Torch {
  readonly version: string;
  /** Its BLAS library. */
  readonly blas: string;
  /** Of the first steps. */
  readonly losses: readonly number[];
  /** Microseconds per step, measured over this many seconds. */
  time(threads: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** The first python3 that can import torch: the one on PATH, else the system's. */
export function findTorch(): string | null {
  const works = (python: string) =>
    spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
  return ['python3', '/usr/bin/python3'].find(works) ?? null;
}

/** @param steps number of losses to return */
export async function openTorch(
  python: string,
  workload: Workload,
  beginning: Beginning,
  steps: number,
): Promise<Torch> {
  const folder = writeBeginning(beginning);
  const { ask, close } = openTalk(
    python,
    scriptArgs('torch_step.py'),
    `torch could not run ${workload.name}`,
  );
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

/** Writes what both sides start from to a new folder. */
export function writeBeginning({ theta, inputs, targets }: Beginning): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'epochd-bench-'));
  for (const [name, values] of Object.entries({ theta, inputs, targets }))
    writeFileSync(
      path.join(folder, name),
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
  return folder;
}

/** torch's matrix products alone, in a separate process. */
export interface TorchProducts {
  readonly version: string;
  readonly blas: string;
  /** Microseconds per product of two n × n matrices. */
  time(n: number, threads: number, seconds: number): Promise<number>;
  close(): Promise<void>;
}

export async function openTorchProducts(python: string): Promise<TorchProducts> {
  const { ask, answer, close } = openTalk(python, scriptArgs('torch_gemm.py'), 'torch could not multiply');
  const { version, blas } = (await answer()) as { version: string; blas: string };
  const time = async (n: number, threads: number, seconds: number) =>
    ((await ask({ n, threads, seconds })) as { micros: number }).micros;
  return { version, blas, time, close };
}

function scriptArgs(file: string): string[] {
  return ['-W', 'ignore', path.join(import.meta.dirname, file)];
}
