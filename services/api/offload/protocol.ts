// What the API and a process that works for it say to each other, over Node's IPC with structured clones. What may be
// large (bodies, answers, models, tables) goes through files of the API's when it is.

import type { Detail, ErrorCode } from '#contracts/errors.ts';
import type { Told } from '#contracts/job-api.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import type { RowFormat } from '#training/predict/serve.ts';

/** Bytes in a message, or in a file. */
export type Content = { readonly bytes: Uint8Array } | { readonly path: string; readonly size: number };

export interface Tasks {
  predict: {
    task: {
      artifact: { id: string; path: string };
      body: Content;
      format: RowFormat;
      answer: AnswerFormat;
      told: Told | null;
      jobId: string;
      /** Where the answer goes when it is too large for a message. */
      out: string;
    };
    done: { answer: Content };
  };
  /** The model was deleted. */
  forget: { task: { artifact: string }; done: null };
}
export type Kind = keyof Tasks;

export interface Settings {
  /** Memory for models that are ready. */
  modelBytes: number;
}

export type ToProcess =
  | { type: 'settings'; settings: Settings }
  | { type: 'run'; id: number; kind: Kind; task: Tasks[Kind]['task'] };

/** `rss`: resident bytes of the process at the end of the task. */
export type FromProcess =
  | { type: 'done'; id: number; result: Tasks[Kind]['done']; rss: number }
  /** The caller's mistake. */
  | {
      type: 'refused';
      id: number;
      problem: { code: ErrorCode; message: string; details: readonly Detail[] };
      rss: number;
    }
  /** Ours. */
  | { type: 'failed'; id: number; message: string; stack: string | null; rss: number };

/** What a message carries at most; more goes through a file. */
export const MESSAGE_BYTES = 2 ** 20;
