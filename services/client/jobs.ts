// Requests for jobs.

import type { Checkpoint, Which } from '#contracts/jobs/checkpoint.ts';
import type { EvaluateRequest, Evaluation } from '#contracts/jobs/evaluation.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { GeneratedToken, Generation, NewGeneration } from '#contracts/jobs/generate.ts';
import type { CreatedJob, Job, NewJob, PredictReply, PredictRequest } from '#contracts/jobs/job-api.ts';
import type { JobReport } from '#contracts/jobs/job-report.ts';
import type { MetricHistory, MetricHistoryQuery } from '#contracts/jobs/metric-history.ts';
import type { Page } from '#contracts/list.ts';
import { type EventOptions, followJob } from './events.ts';
import { tokensOf } from './generate.ts';
import type { Call, Http } from './http.ts';

export interface Listing {
  limit?: number;
  /** The last id of the previous page. */
  after?: string | undefined;
}

export interface RowsOptions {
  /** Media types of the rows and the answers. */
  type: string;
  accept: string;
  query?: Call['query'];
  signal?: AbortSignal;
}

export interface GenerateOptions {
  /** The last weights or the best epoch's; if omitted, the ones the job predicts with. */
  which?: Which | undefined;
  signal?: AbortSignal | undefined;
}

export interface Jobs {
  create(request: NewJob, options?: { idempotencyKey?: string; signal?: AbortSignal }): Promise<CreatedJob>;
  /** A dry run: the job as it would be created, with its warnings. */
  validate(request: NewJob, signal?: AbortSignal): Promise<JobReport>;
  /** Newest first. Accepts the other filters of GET /jobs too. */
  list(query?: Listing & NonNullable<Call['query']>, signal?: AbortSignal): Promise<Page<Job>>;
  get(id: string, options?: { wait?: number; signal?: AbortSignal }): Promise<Job>;
  cancel(id: string): Promise<Job>;
  pause(id: string): Promise<Job>;
  resume(id: string): Promise<Job>;
  /** Returns the bytes freed. */
  delete(id: string): Promise<number>;
  /** Evaluates every metric of the trained model on a dataset. */
  evaluate(id: string, request: EvaluateRequest, signal?: AbortSignal): Promise<Evaluation>;
  predict(id: string, rows: PredictRequest, signal?: AbortSignal): Promise<PredictReply>;
  /** A language model's continuation of the prompt. */
  generate(id: string, request: NewGeneration, options?: GenerateOptions): Promise<Generation>;
  /** Streams each token as it is generated, then the whole answer; leaving the loop cancels the generation. */
  tokens(
    id: string,
    request: NewGeneration,
    options?: GenerateOptions,
  ): AsyncGenerator<GeneratedToken | Generation, void>;
  /** Predicts the rows of a file (CSV, NDJSON, npy, …); the reply's body is unread. */
  predictRows(id: string, rows: Blob, options: RowsOptions): Promise<Response>;
  /** The weights the job predicts with, or those selected by `which`, as a safetensors file. */
  weights(id: string, options?: { which?: Which; signal?: AbortSignal }): Promise<Blob>;
  /** Newest first. */
  checkpoints(id: string, signal?: AbortSignal): Promise<{ data: Checkpoint[] }>;
  checkpointWeights(id: string, checkpoint: string, signal?: AbortSignal): Promise<Blob>;
  /** Returns the bytes freed. */
  deleteCheckpoint(id: string, checkpoint: string): Promise<number>;
  /** Makes the job write a checkpoint now; resolves when it is stored. */
  checkpoint(id: string): Promise<Checkpoint>;
  /** The events so far, oldest first, one page at a time. */
  log(id: string, query?: { after?: number; limit?: number }, signal?: AbortSignal): Promise<Page<JobEvent>>;
  /** The values of every epoch, in at most `max_points` buckets. */
  metrics(id: string, query?: Partial<MetricHistoryQuery>, signal?: AbortSignal): Promise<MetricHistory>;
  /** Every event after `after`, exactly once, until the job is done. */
  events(id: string, options?: EventOptions): AsyncGenerator<JobEvent, void>;
}

export function jobsOf(http: Http): Jobs {
  const at = (id: string) => `/jobs/${encodeURIComponent(id)}`;
  const act = (id: string, action: string) => http.json<Job>(`${at(id)}/${action}`, { method: 'POST' });
  return {
    create: (body, options) => http.json('/jobs', { method: 'POST', body, creates: true, ...options }),
    validate: (body, signal) => http.json('/jobs/validate', { method: 'POST', body, signal }),
    list: (query, signal) => http.json('/jobs', { ...(query === undefined ? {} : { query }), signal }),
    get: (id, { wait, signal } = {}) => http.json(at(id), { query: { wait }, signal }),
    cancel: (id) => act(id, 'cancel'),
    pause: (id) => act(id, 'pause'),
    resume: (id) => act(id, 'resume'),
    delete: (id) => http.delete(at(id)),
    evaluate: (id, body, signal) => http.json(`${at(id)}/evaluate`, { method: 'POST', body, signal }),
    predict: (id, body, signal) => http.json(`${at(id)}/predict`, { method: 'POST', body, signal }),
    generate: (id, body, { which, signal } = {}) =>
      http.json(`${at(id)}/generate`, { method: 'POST', body, query: { which }, signal }),
    tokens: (id, body, { which, signal } = {}) =>
      tokensOf(http, `${at(id)}/generate`, { method: 'POST', body, query: { which }, signal }),
    predictRows: (id, rows, { type, accept, query = {}, signal }) =>
      http.reply(`${at(id)}/predict`, {
        method: 'POST',
        query,
        raw: rows,
        headers: { 'content-type': type, accept },
        signal,
      }),
    weights: async (id, { which, signal } = {}) =>
      (await http.reply(`${at(id)}/weights`, { query: { which }, signal })).blob(),
    checkpoints: (id, signal) => http.json(`${at(id)}/checkpoints`, { signal }),
    checkpointWeights: async (id, checkpoint, signal) =>
      (await http.reply(`${at(id)}/checkpoints/${checkpoint}/weights`, { signal })).blob(),
    deleteCheckpoint: (id, checkpoint) => http.delete(`${at(id)}/checkpoints/${checkpoint}`),
    checkpoint: (id) => http.json(`${at(id)}/checkpoint`, { method: 'POST' }),
    log: (id, query = {}, signal) => http.json(`${at(id)}/events`, { query, signal }),
    metrics: (id, query = {}, signal) => http.json(`${at(id)}/metrics`, { query, signal }),
    events: (id, options) => followJob(http, encodeURIComponent(id), options),
  };
}
