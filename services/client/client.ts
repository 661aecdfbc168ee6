// The client of epochd's HTTP API, for Node and browsers: nothing but fetch and WebSocket. Published as
// `epochd/client`.
//
//   const client = connect({ url: 'http://127.0.0.1:3000' });
//   const job = await client.jobs.create({ model, dataset, training });
//   for await (const event of client.jobs.events(job.id)) console.log(event.type, event.data);

import type { CatalogEntry, CatalogKind } from '#contracts/catalog.ts';
import type { Page } from '#contracts/list.ts';
import type { ModelReport, NewModel } from '#contracts/training/model.ts';
import { type CrossValidations, crossValidationsOf } from './cross-validations.ts';
import { type Datasets, datasetsOf } from './datasets.ts';
import { type ClientOptions, openHttp } from './http.ts';
import { type Jobs, jobsOf } from './jobs.ts';
import { type Keys, keysOf } from './keys.ts';
import { type Webhooks, webhooksOf } from './webhooks.ts';

export type { CrossValidations } from './cross-validations.ts';
export type { Datasets, NewFile } from './datasets.ts';
export { ApiError, ConnectionError } from './errors.ts';
export type { EventOptions, Transport } from './events.ts';
export type { ClientOptions } from './http.ts';
export type { Jobs, Listing } from './jobs.ts';
export type { Keys } from './keys.ts';
export type { Webhooks } from './webhooks.ts';

export interface Client {
  readonly url: string;
  readonly jobs: Jobs;
  readonly crossValidations: CrossValidations;
  readonly datasets: Datasets;
  readonly keys: Keys;
  readonly webhooks: Webhooks;
  readonly models: {
    /** Shapes, parameters and a summary, without training. @throws ApiError listing every problem */
    validate(model: NewModel, signal?: AbortSignal): Promise<ModelReport>;
  };
  /** The building blocks for models and training, with JSON Schemas. */
  catalog(kind: CatalogKind, signal?: AbortSignal): Promise<CatalogEntry[]>;
}

export function connect(options: ClientOptions): Client {
  const http = openHttp(options);
  return {
    url: http.url,
    jobs: jobsOf(http),
    crossValidations: crossValidationsOf(http),
    datasets: datasetsOf(http),
    keys: keysOf(http),
    webhooks: webhooksOf(http),
    models: {
      validate: (body, signal) => http.json('/models/validate', { method: 'POST', body, signal }),
    },
    catalog: async (kind, signal) =>
      (await http.json<Page<CatalogEntry>>(`/catalog/${kind}`, { signal })).data,
  };
}
