// Messages between the API and a process that works for it, over Node's IPC with structured clones. Data that may be large (bodies,
// replies, models, tables) goes through files owned by the API.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Inspection } from '#contracts/datasets/inspection.ts';
import type { Detail, ErrorCode } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import type { GenerateRequest } from '#contracts/jobs/generate.ts';
import type { PredictionPart } from '#contracts/jobs/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { ValidFolds } from '#training/cross-validation.ts';
import type { TableStats } from '#training/data/stats/stats.ts';
import type { TablePreview } from '#training/data/table.ts';
import type { Figures } from '#training/evaluate/evaluate.ts';
import type { Written, WrittenToken } from '#training/generate/generate.ts';
import type { ValidJob, WeightsFound } from '#training/job/validate.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import type { RowFormat } from '#training/predict/serve.ts';
import type { WindowsAsked, WindowsFound } from '#training/series/found.ts';
import type { UploadChoice } from '../uploads/image-files.ts';

/** Bytes in a message, or in a file. */
export type Content = { readonly bytes: Uint8Array } | { readonly path: string; readonly size: number };

/** A table that was read, its numbers in the file `table` in their stored form. */
export interface ParsedTable {
  readonly info: DatasetInfo;
  readonly preview: TablePreview;
  readonly table: { readonly path: string; readonly size: number };
  readonly interpreted?: readonly Interpretation[];
}

export type ParsedJob = Omit<ValidJob, 'inline'> & {
  readonly inline: (ParsedTable & { readonly name: string | null }) | null;
};

export type ParsedFolds = ParsedJob & Pick<ValidFolds, 'folds'>;

/** What a task may ask the API while it is at work, by the id that a body names. */
export interface Questions {
  dataset: DatasetInfo | null;
  weights: WeightsFound | null;
  /** By what is asked, as JSON. */
  windows: WindowsFound | null;
}
export type Finders = { [Q in keyof Questions]: (id: string) => Promise<Questions[Q]> };

export interface Tasks {
  predict: {
    task: {
      /** `key` says which model of which file it is. */
      model: { key: string; path: string; which: Which };
      body: Content;
      format: RowFormat;
      answer: AnswerFormat;
      part: PredictionPart | null;
      jobId: string;
      /** Where the answer goes when it is too large for a message. */
      out: string;
    };
    done: { answer: Content; warnings: Warning[] };
  };
  /** A text that is written on, told token by token. */
  generate: {
    task: {
      model: { key: string; path: string; which: Which };
      request: GenerateRequest;
    };
    done: Written;
  };
  /** A stored table, told what the model is worth on it. */
  evaluate: {
    task: { model: { key: string; path: string; which: Which }; table: string };
    done: Figures;
  };
  /** Uploaded files to the file of a table. */
  table: {
    task: {
      /** Field of the form and where its file lies. */
      files: { field: string; path: string }[];
      choice: UploadChoice;
      maxBytes: number;
      out: string;
    };
    done: ParsedTable;
  };
  /** Uploaded files, told about. */
  inspect: {
    task: Omit<Tasks['table']['task'], 'out'>;
    done: Omit<Inspection, 'object'>;
  };
  /** The figures of a stored table. */
  stats: { task: { table: string }; done: TableStats };
  /** What windows the rows of stored tables make. */
  windows: {
    task: { tables: { own: string; validation?: string; test?: string }; asked: WindowsAsked };
    done: WindowsFound;
  };
  /** A dataset as JSON arrays. */
  inline: { task: { body: string; out: string }; done: ParsedTable & { name: string | null } };
  /** A job with its dataset as JSON arrays, checked whole. */
  job: { task: { body: string; out: string }; done: { details: Detail[]; job: ParsedJob | null } };
  /** The same of a cross-validation. */
  folds: {
    task: Tasks['job']['task'];
    done: { details: Detail[]; job: ParsedFolds | null };
  };
  /** The model was deleted. */
  forget: { task: { key: string }; done: null };
}
export type Kind = keyof Tasks;

/** What a task may tell before it is done: a text that is written tells its tokens. */
export type Telling = WrittenToken;

export interface Settings {
  /** Memory for models that are ready. */
  modelBytes: number;
}

export type ToProcess =
  | { type: 'settings'; settings: Settings }
  | { type: 'answer'; ask: number; value: Questions[keyof Questions] }
  /** There is no answer: something is away. */
  | { type: 'no-answer'; ask: number }
  /** Nobody waits for it any more. */
  | { type: 'cancel'; id: number }
  | { type: 'run'; id: number; kind: Kind; task: Tasks[Kind]['task'] };

/** `rss`: resident bytes of the process at the end of the task. */
export type FromProcess =
  /** One of the things that a task tells on its way; they are numbered from 0. */
  | { type: 'told'; id: number; index: number; told: Telling }
  | { type: 'done'; id: number; result: Tasks[Kind]['done']; rss: number }
  | { type: 'ask'; id: number; ask: number; question: keyof Questions; key: string }
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
