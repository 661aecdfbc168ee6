// The whole API over a database of its own, listening on a free port, with test helpers: requests as a client sends them, and a worker's
// writes made by hand.

import { buffer } from 'node:stream/consumers';
import type { Job, JobRequest } from '#contracts/jobs/job-api.ts';
import type { Lease } from '#store/jobs/job-record.ts';
import { openStore, type Store } from '#store/store.ts';
import { decodeTable } from '#training/data/table.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { initialStates } from '#training/model/weights.ts';
import { fit as fitModel } from '#training/run/fit.ts';
import { buildApp } from '../../services/api/app.ts';
import type { ApiConfig, App, Tuning } from '../../services/api/context.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';
import { LOOPBACK } from './bare-app.ts';

export interface Answer {
  status: number;
  headers: Headers;
  // Tests state what they expect of a body with matchers.
  // biome-ignore lint/suspicious/noExplicitAny: JSON from outside
  body: any;
}

export interface Api {
  app: App;
  store: Store;
  url: string;
  databaseUrl: string;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}

/** `change` may replace parts of the store that the app gets. */
export async function startApi(
  tuning: Partial<Tuning> = {},
  change: (store: Store) => Store = (s) => s,
  config: Partial<ApiConfig> = {},
): Promise<Api> {
  const databaseUrl = await freshDatabase();
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  const changed = change(store);
  const forTenant = (tenant: string) => change({ ...store, ...store.forTenant(tenant) } as Store);
  const app = await buildApp({
    store: { ...changed, forTenant },
    config: { ...LOOPBACK, ...config },
    tuning,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const isJson = body !== undefined && !(body instanceof FormData) && typeof body !== 'string';
    const reply = await fetch(url + path, {
      method,
      headers: { ...(isJson ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string | FormData) }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text === '' ? null : JSON.parse(text) };
  };

  return {
    app,
    store,
    url,
    databaseUrl,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
    async close() {
      await app.close();
      await store.close();
    },
  };
}

/** A form as browsers and curl send it; the file may come before or after the fields. */
export function csvForm(
  content: string | Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
  { fileFirst = true, filename = 'data.csv' } = {},
): FormData {
  const form = new FormData();
  const addFile = () => form.append('file', new Blob([content]), filename);
  if (fileFirst) addFile();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (!fileFirst) addFile();
  return form;
}

/** Two linearly separable classes. */
export const POINTS = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [0, 0, 1, 1],
};

export const MODEL = {
  input: { shape: [2] },
  layers: [{ type: 'Linear', name: 'hidden', out_features: 4 }, 'ReLU', { type: 'Linear', out_features: 2 }],
};

/** A valid job, with the given changes. */
export function jobBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    model: MODEL,
    dataset: POINTS,
    training: { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2 },
    ...change,
  } satisfies Partial<Record<keyof JobRequest, unknown>>;
}

export async function createJob(api: Api, change: Record<string, unknown> = {}): Promise<Job> {
  const { status, body } = await api.post('/jobs', jobBody(change));
  if (status !== 201) throw new Error(`POST /jobs: ${status} ${JSON.stringify(body)}`);
  return body as Job;
}

export async function claim({ store }: Api, id: string): Promise<Lease> {
  const claimed = await store.jobs.claim(id, 'a test', 600);
  if (claimed === null) throw new Error(`${id} is not queued`);
  return claimed.lease;
}

/** Acts as a worker: claims and trains the job, and stores the model. */
export async function train(api: Api, id: string): Promise<void> {
  const { store } = api;
  const lease = await claim(api, id);
  const { spec, startArtifact } = (await store.jobs.get(id))!;
  const { artifact } = (await store.datasets.get(spec.dataset))!;
  const table = decodeTable(await buffer(store.artifacts.read(artifact)));
  const hooks = { onEpoch() {}, shouldStop: () => null, yieldToEvents: async () => {} };
  const tensors =
    startArtifact === null
      ? null
      : decodeSafetensors(await buffer(store.artifacts.read(startArtifact))).tensors;
  const initial = tensors === null ? {} : { initial: initialStates(spec.model, tensors) };
  const { models, fingerprint } = await fitModel(spec, table, hooks, initial);
  const end = { status: 'succeeded', stopReason: 'completed', models, fingerprint } as const;
  if (!(await store.jobs.finish(lease, end))) throw new Error('the lease was lost');
}
