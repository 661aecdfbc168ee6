// A request of another tenant for every route of the document. Paths with an id are derived automatically; bodies that can name something,
// or that a route requires, are written here. A new route without a case fails a test.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { jobBody, MODEL } from '../running-api.ts';

/** The ids of what a tenant owns, or well-formed ids that do not exist. */
export interface Ids {
  job: string;
  dataset: string;
  weights: string;
  checkpoint: string;
  webhook: string;
  crossValidation: string;
  upload: string;
}

type Body = (ids: Ids) => unknown;

const training = { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 2 };
const startsFrom = (weights: string) => ({ ...MODEL, weights });

const JOBS: Body[] = [
  ({ dataset }) => jobBody({ dataset }),
  ({ dataset }) => jobBody({ training: { ...training, validation: { dataset } } }),
  ({ dataset }) => jobBody({ training: { ...training, test: { dataset } } }),
  ({ weights }) => jobBody({ model: startsFrom(weights) }),
  ({ job }) => jobBody({ model: startsFrom(job) }),
  ({ job }) => jobBody({ model: startsFrom(`${job}@best`) }),
  ({ checkpoint }) => jobBody({ model: startsFrom(checkpoint) }),
];

/** Bodies that reference another object, by route: refused exactly as if it did not exist. */
export const REFERENCES: Record<string, Body[]> = {
  'post /datasets': [({ upload }) => ({ upload })],
  'post /datasets/inspect': [({ upload }) => ({ upload })],
  'post /jobs': JOBS,
  'post /jobs/validate': JOBS,
  'post /cross-validations': JOBS.map((body) => (ids) => ({ ...(body(ids) as object), folds: 2 })),
  'post /models/validate': [
    ({ weights }) => startsFrom(weights),
    ({ job }) => startsFrom(job),
    ({ checkpoint }) => startsFrom(checkpoint),
  ],
};

/** Bodies for routes with an id in their path. */
export const BODIES: Record<string, Body> = {
  'patch /uploads/{id}': () => undefined,
  'post /jobs/{id}/generate': () => ({ prompt: 'a' }),
  'post /jobs/{id}/predict': () => ({ inputs: [[0, 1]] }),
  'post /jobs/{id}/checkpoints/{checkpoint}/predict': () => ({ inputs: [[0, 1]] }),
  'post /jobs/{id}/evaluate': ({ dataset }) => ({ dataset }),
};

/** Lists: empty for a tenant that owns nothing. */
export const LISTS = ['get /datasets', 'get /jobs', 'get /webhooks'];

/** Operator only: 403 for everybody else, whatever the request. */
export const OPERATORS = [
  'get /metrics',
  'get /keys',
  'post /keys',
  'get /keys/{id}',
  'patch /keys/{id}',
  'delete /keys/{id}',
];

/** Routes that name nothing owned by a tenant. */
export const NAMELESS = [
  'get /catalog/{kind}',
  'get /devices',
  'get /healthz',
  'get /openapi.json',
  'get /readyz',
  'options /uploads',
  'post /uploads',
  'post /webhooks',
  'post /weights',
];

const document = parse(readFileSync(path.resolve('openapi.yaml'), 'utf8')) as {
  paths: Record<string, Record<string, { requestBody?: unknown }>>;
};

/** Every route of the OpenAPI document. */
export const routes = Object.entries(document.paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, { requestBody }]) => ({
    name: `${method} ${url}`,
    method,
    url,
    takesBody: requestBody !== undefined,
  })),
);

export const hasId = (url: string) => /\{(id|checkpoint)\}/.test(url);
