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
import type { WeightsFound } from '#training/job/find.ts';
import type { ValidJob } from '#training/job/validate.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import type { RowFormat } from '#training/predict/serve.ts';
import type { WindowsAsked, WindowsFound } from '#training/series/found.ts';
import type { UploadChoice } from '../uploads/image-files.ts';

/** Bytes in the message itself, or in a file. */
export type Content = { readonly bytes: Uint8Array } | { readonly path: string; readonly size: number };

/** A parsed table; its numbers are in the file `table`, in their stored form. */
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

/** What a running task may ask the API, by an id in the body. */
export interface Questions {
  dataset: DatasetInfo | null;
  weights: WeightsFound | null;
  /** Looked up by a WindowsAsked as JSON. */
  windows: WindowsFound | null;
}
export type Finders = { [Q in keyof Questions]: (id: string) => Promise<Questions[Q]> };

export interface Tasks {
  predict: {
    task: {
      /** `key` identifies the file and which of its models to use. */
      model: { key: string; path: string; which: Which };
      body: Content;
      format: RowFormat;
      answer: AnswerFormat;
      part: PredictionPart | null;
      jobId: string;
      /** Path for an answer too large for a message. */
      out: string;
    };
    done: { answer: Content; warnings: Warning[] };
  };
  /** Generates text, reporting each token. */
  generate: {
    task: {
      model: { key: string; path: string; which: Which };
      request: GenerateRequest;
    };
    done: Written;
  };
  /** Evaluates a model on a stored table. */
  evaluate: {
    task: { model: { key: string; path: string; which: Which }; table: string };
    done: Figures;
  };
  /** Parses uploaded files into the file of a table. */
  table: {
    task: {
      /** Form field and path of each file. */
      files: { field: string; path: string }[];
      choice: UploadChoice;
      maxBytes: number;
      out: string;
    };
    done: ParsedTable;
  };
  /** Describes uploaded files without storing a table. */
  inspect: {
    task: Omit<Tasks['table']['task'], 'out'>;
    done: Omit<Inspection, 'object'>;
  };
  /** Statistics of a stored table. */
  stats: { task: { table: string }; done: TableStats };
  /** The windows that the rows of stored tables form. */
  windows: {
    task: { tables: { own: string; validation?: string; test?: string }; asked: WindowsAsked };
    done: WindowsFound;
  };
  /** Parses a dataset given as JSON arrays. */
  inline: { task: { body: string; out: string }; done: ParsedTable & { name: string | null } };
  /** Validates a whole job, including a dataset given as JSON arrays. */
  job: { task: { body: string; out: string }; done: { details: Detail[]; job: ParsedJob | null } };
  /** Likewise, for a cross-validation. */
  folds: {
    task: Tasks['job']['task'];
    done: { details: Detail[]; job: ParsedFolds | null };
  };
  /** Unloads a deleted model. */
  forget: { task: { key: string }; done: null };
}
export type Kind = keyof Tasks;

/** What a task may report before it is done: a token of generated text. */
export type Telling = WrittenToken;

export interface Settings {
  /** Memory for loaded models. */
  modelBytes: number;
}

export type ToProcess =
  | { type: 'settings'; settings: Settings }
  | { type: 'answer'; ask: number; value: Questions[keyof Questions] }
  /** The question could not be answered: a part of the service is unreachable. */
  | { type: 'no-answer'; ask: number }
  /** Nobody is waiting for the task any more. */
  | { type: 'cancel'; id: number }
  | { type: 'run'; id: number; kind: Kind; task: Tasks[Kind]['task'] };

/** `rss`: resident bytes of the process at the end of the task. */
export type FromProcess =
  /** A report from a running task; reports are numbered from 0. */
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
  /** An internal error. */
  | { type: 'failed'; id: number; message: string; stack: string | null; rss: number };

/** Maximum size of a message; anything larger goes through a file. */
export const MESSAGE_BYTES = 2 ** 20;
