// The devices that a worker's trainers can compute on, detected once at startup.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { WorkerDevices } from '#contracts/device.ts';
import { processor } from '#training/processor.ts';

const PROGRAM = fileURLToPath(new URL('./trainer/probe.ts', import.meta.url));
const PATIENCE_MS = 20_000;

/** @param environment the environment that trainers start with */
export function probeDevices(environment: Readonly<Record<string, string>>): Promise<WorkerDevices> {
  const child = fork(PROGRAM, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
    env: { ...environment },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  return new Promise((resolve) => {
    let answer: WorkerDevices | null = null;
    child.on('message', (message) => {
      answer = message as WorkerDevices;
    });
    child.on('error', (error) => resolve(without(error.message)));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      resolve(answer ?? without(`the GPU probe exited with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** CPU only. */
function without(reason: string): WorkerDevices {
  return {
    cpu: { ...processor(), simd: 'unknown', wide: false },
    webgpu: { adapter: null, reason },
  };
}
