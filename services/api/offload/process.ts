// The API's side of a process that works for it: starts it, sends it tasks, and reports how each ended, or that the process has exited.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromProcess, Settings, ToProcess } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url));
const STDERR_KEPT = 2_048;

export interface WorkProcess {
  readonly pid: number | undefined;
  send(message: ToProcess): void;
  /** Kills the process at once; resolves when it has exited. */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  settings: Settings;
  onMessage(message: FromProcess): void;
  /** Called once, however the process ended; `words` is the tail of its stderr. */
  onExit(how: string, words: string): void;
  program?: string;
}

export function startProcess({
  settings,
  onMessage,
  onExit,
  program = PROGRAM,
}: ProcessOptions): WorkProcess {
  // The environment holds passwords, and the process needs none of it.
  const child: ChildProcess = fork(program, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Frees the memory of an evicted model at once, rather than when V8 sees fit.
    execArgv: ['--expose-gc'],
    env: {},
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-STDERR_KEPT);
  });
  const exited = Promise.withResolvers<void>();
  let over = false;
  const end = (how: string) => {
    if (over) return;
    over = true;
    onExit(how, words);
    exited.resolve();
  };
  child.once('exit', (code, signal) =>
    end(signal === null ? `exited with code ${code}` : `terminated by ${signal}`),
  );
  child.on('error', (error) => {
    if (child.pid === undefined) end(`could not start: ${error.message}`);
  });
  child.on('message', onMessage);
  const tell = (message: ToProcess) => {
    // Send errors are ignored: 'exit' reports the lost process.
    if (child.connected) child.send(message, () => {});
  };
  tell({ type: 'settings', settings });
  return {
    pid: child.pid,
    send: tell,
    kill() {
      if (!over) child.kill('SIGKILL');
      return exited.promise;
    },
  };
}
