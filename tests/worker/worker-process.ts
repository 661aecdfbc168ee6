// A worker as a process of its own, for tests of its life cycle.

import { spawn } from 'node:child_process';
import { afterEach } from 'vitest';
import { processesOf } from '../soak/part.ts';

/** Call once at the top of a test file: whatever a test starts is stopped after it, in reverse order. */
export function useWorkerProcess() {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  function startProcess(env: Record<string, string>) {
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const child = spawn(process.execPath, ['services/start-worker.ts'], {
      env: { PATH, NODE_COMPILE_CACHE, LOG_LEVEL: 'warn', ...env },
      // Its own session, by which its trainers are found.
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    closing.push(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const trainers = () =>
      processesOf(new Set([child.pid!]))
        .filter(({ command }) => command.includes('trainer/main.ts'))
        .map(({ pid }) => pid);
    return { child, exited, output: () => output, trainers };
  }
  return { closing, startProcess };
}
