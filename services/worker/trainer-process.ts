// The worker's side of a trainer: starts the process, hands it jobs one at a time, and maps whatever happens (an end, an error, a crash, a
// kill) to one outcome.

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
  /** The process ended without a final message; `message` describes what is known. */
  | { type: 'crashed'; message: string };

export interface Trainer {
  readonly pid: number | undefined;
  /** Resolves with the job's outcome; never rejects. May be called again after an `end`. */
  train(
    assignment: Assignment,
    onEpoch: (report: EpochReport) => void,
    onNote?: (note: Note) => void,
  ): Promise<Outcome>;
  cancel(): void;
  pause(): void;
  /** Requests a checkpoint now. */
  checkpoint(): void;
  recorded(reports: number): void;
  /** The checkpoint's file may be overwritten. */
  stored(): void;
  /** Kills the process at once; resolves when it has exited. */
  kill(): Promise<void>;
  /** Resolves when it can take a job (or has exited, which `train` will report). */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
}

function lastLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  // Node appends its version and blank lines to an error report; the error itself comes before them.
  const error = lines.findLast((line) => /^(\w*Error|FATAL ERROR|#)\b/.test(line));
  return error ?? lines.findLast((line) => line !== '' && !/^Node\.js v/.test(line)) ?? '';
}

export function describeExit(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  const why =
    signal === 'SIGKILL'
      ? 'was killed (SIGKILL), by the system when out of memory or by a user'
      : signal !== null
        ? `was terminated by ${signal}`
        : `exited with code ${code}`;
  const words = lastLine(stderr);
  return `the trainer process ${why}${words === '' ? '' : `; its last output: ${words.slice(0, 500)}`}`;
}

export interface TrainerOptions {
  /** Maximum number of threads for one of its programs. */
  threads?: number | undefined;
  /** How much of the table it keeps in memory, in bytes. */
  dataBytes?: number | undefined;
  /** Its entire environment: the worker's own contains passwords, which a trainer does not need. */
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
  // Read its stderr to the end first. ('close' would cover both, but is never emitted after a disconnect().)
  const stderrClosed = new Promise((resolve) => child.stderr?.once('close', resolve));
  child.once('exit', (code, signal) => {
    void Promise.race([stderrClosed, sleep(LAST_WORDS_MS, undefined, { ref: false })]).then(() => {
      end({ type: 'crashed', message: describeExit(code, signal, stderr) });
    });
  });
  child.on('error', (error) => {
    if (child.pid === undefined)
      end({ type: 'crashed', message: `cannot start a trainer: ${error.message}` });
  });
  child.on('message', (message: FromTrainer) => {
    if (message.type === 'ready') ready.resolve();
    else if (message.type === 'epoch') onEpoch(message.report);
    else if (message.type === 'end' || message.type === 'failed') onOutcome(message);
    else onNote(message);
  });

  const send = (message: ToTrainer) => {
    // An undelivered message does not matter: the process has exited, and 'exit' reports why.
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
