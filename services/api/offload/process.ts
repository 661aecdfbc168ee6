// The API's side of a process that works for it: starts it, sends it tasks, and reports how each ended, or that the process has exited.

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromProcess, Settings, ToProcess } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./main.ts', import.meta.url));
const STDERR_KEPT = 2_048;

export interface WorkProcess {
  readonly pid: number | undefined;
  send(message: ToProcess): void;
  /** At once; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface ProcessOptions {
  settings: Settings;
  onMessage(message: FromProcess): void;
  /** Once, however it ended; `words` are the last that it wrote. */
  onExit(how: string, words: string): void;
  program?: string;
}

export function startProcess({
  settings,
  onMessage,
  onExit,
  program = PROGRAM,
}: ProcessOptions): WorkProcess {
  // It is given nothing of the environment: that holds passwords, and it needs none.
  const child: ChildProcess = fork(program, [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Memory of a model that was let go is collected at once, not when V8 sees fit.
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
    end(signal === null ? `ended with exit code ${code}` : `ended by ${signal}`),
  );
  child.on('error', (error) => {
    if (child.pid === undefined) end(`could not start: ${error.message}`);
  });
  child.on('message', onMessage);
  const tell = (message: ToProcess) => {
    // One that does not arrive is told by 'exit'.
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
