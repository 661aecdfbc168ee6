// A child process that answers each line of JSON on its standard input with one on its standard output.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Talk {
  /** @throws Error if the process ends instead of answering */
  ask(order: object): Promise<unknown>;
  /** The next line that it writes without being asked. */
  answer(): Promise<unknown>;
  close(): Promise<void>;
}

/** @param otherwise the error message if the process ends without an answer */
export function openTalk(command: string, args: readonly string[], otherwise: string): Talk {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // A process that has ended does not answer, which already is an error.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(otherwise);
    return JSON.parse(value);
  };
  return {
    answer,
    async ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return answer();
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
