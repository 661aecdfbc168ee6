// The worker's side of a trainer: starts the process, hands it jobs one at a time, and turns whatever becomes of
// each (an end, an error, a crash, a kill) into one outcome.

import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '#contracts/limits.ts';
import type { EpochReport } from '#training/run/fit.ts';
import type { Assignment, FromTrainer, Note, ToTrainer } from './trainer/protocol.ts';

const PROGRAM = fileURLToPath(new URL('./trainer/main.ts', import.meta.url));
const STDERR_KEPT = 4_096;
const LAST_WORDS_MS = 1_000;

export type Outcome =
  | Extract<FromTrainer, { type: 'end' | 'failed' }>
  /** The process ended without a final message; `message` holds what is known. */
  | { type: 'crashed'; message: string };

export interface Trainer {
  readonly pid: number | undefined;
  /** Resolves with the outcome of this job; never rejects. After an `end` it may be called again. */
  train(
    assignment: Assignment,
    onEpoch: (report: EpochReport) => void,
    onNote?: (note: Note) => void,
  ): Promise<Outcome>;
  cancel(): void;
  pause(): void;
  /** Wants a checkpoint now. */
  checkpoint(): void;
  recorded(reports: number): void;
  /** The checkpoint's file may be written again. */
  stored(): void;
  /** At once, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it can take a job (or has exited, which `train` will report). */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  // Node ends its own reports with its version and blank lines; the error itself stands above.
  const error = lines.findLast((line) => /^(\w*Error|FATAL ERROR|#)\b/.test(line));
  return error ?? lines.findLast((line) => line !== '' && !/^Node\.js v/.test(line)) ?? '';
}

export function describeExit(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  const why =
    signal === 'SIGKILL'
      ? 'was killed (SIGKILL): out of memory, or by someone on the machine'
      : signal !== null
        ? `was ended by ${signal}`
        : `ended with exit code ${code}`;
  const words = lastLine(stderr);
  return `the trainer process ${why}${words === '' ? '' : `; its last words: ${words.slice(0, 500)}`}`;
}

export interface TrainerOptions {
  /** The most threads that a program of it runs on. */
  threads?: number | undefined;
  /** Bytes of its table that it keeps in memory. */
  dataBytes?: number | undefined;
  /** All that it is given: the worker's own holds passwords, and a trainer needs none. */
  environment?: Readonly<Record<string, string>>;
}

export function startTrainer(
  program = PROGRAM,
  { threads = 1, dataBytes = LIMITS.trainerDataBytes, environment = {} }: TrainerOptions = {},
): Trainer {
  const child: ChildProcess = fork(program, [String(threads), String(dataBytes)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...environment },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_KEPT);
  });

  let onEpoch = (_: EpochReport) => {};
  let onNote = (_: Note) => {};
  let onOutcome = (_: Outcome) => {};
  let last: Outcome | null = null;
  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();

  const end = (outcome: Outcome) => {
    last = outcome;
    onOutcome(outcome);
    ready.resolve();
    exited.resolve();
  };
  // Its stderr is read to the end first. ('close' would cover both, but is never emitted after a disconnect().)
  const stderrClosed = new Promise((resolve) => child.stderr?.once('close', resolve));
  child.once('exit', (code, signal) => {
    void Promise.race([stderrClosed, sleep(LAST_WORDS_MS, undefined, { ref: false })]).then(() => {
      end({ type: 'crashed', message: describeExit(code, signal, stderr) });
    });
  });
  child.on('error', (error) => {
    if (child.pid === undefined) end({ type: 'crashed', message: `no trainer can start: ${error.message}` });
  });
  child.on('message', (message: FromTrainer) => {
    if (message.type === 'ready') ready.resolve();
    else if (message.type === 'epoch') onEpoch(message.report);
    else if (message.type === 'end' || message.type === 'failed') onOutcome(message);
    else onNote(message);
  });

  const send = (message: ToTrainer) => {
    // A message that does not arrive is no loss: the process has exited, and 'exit' reports why.
    if (child.connected) child.send(message, () => {});
  };
  return {
    pid: child.pid,
    ready: ready.promise,
    exited: exited.promise,
    train(assignment, listener, noteListener = () => {}) {
      onEpoch = listener;
      onNote = noteListener;
      return new Promise((resolve) => {
        onOutcome = resolve;
        if (last !== null) resolve(last);
        else send({ type: 'train', ...assignment });
      });
    },
    cancel: () => send({ type: 'cancel' }),
    pause: () => send({ type: 'pause' }),
    checkpoint: () => send({ type: 'checkpoint' }),
    recorded: (reports) => send({ type: 'recorded', reports }),
    stored: () => send({ type: 'stored' }),
    kill() {
      if (last === null) child.kill('SIGKILL');
      return exited.promise;
    },
  };
}
