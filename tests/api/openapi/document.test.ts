import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { InlineDataset } from '#contracts/datasets/dataset.ts';
import { PredictRequest } from '#contracts/jobs/job-api.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { layers } from '#training/layers/index.ts';
import { losses } from '#training/losses/index.ts';
import { optimizers } from '#training/optimizers/index.ts';
import { exportOpenApi } from '../../../services/api/export-openapi.ts';
import {
  DATASET_EXAMPLE,
  JOB_EXAMPLE,
  MODEL_EXAMPLE,
  PREDICT_EXAMPLE,
} from '../../../services/api/openapi/examples.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'openapi.yaml');

interface Operation {
  tags?: string[];
  summary?: string;
  operationId?: string;
  responses: Record<
    string,
    { description: string; headers?: object; content?: Record<string, { schema?: unknown }> }
  >;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, { [key: string]: unknown; oneOf?: { $ref?: string; enum?: string[] }[] }>;
  };
}

let text: string;
let document: Document;
beforeAll(async () => {
  text = await exportOpenApi();
  document = parse(text);
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );

describe('openapi.yaml', () => {
  it('is up to date with the running routes (npm run openapi rewrites it)', async () => {
    expect(await readFile(FILE, 'utf8')).toBe(text);
  });

  it('has every route of the contract', () => {
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(
      [
        'delete /datasets/{id}',
        'delete /jobs/{id}',
        'delete /jobs/{id}/checkpoints/{checkpoint}',
        'delete /keys/{id}',
        'delete /webhooks/{id}',
        'delete /weights/{id}',
        'get /catalog/{kind}',
        'get /cross-validations/{id}',
        'get /datasets',
        'get /datasets/{id}',
        'get /datasets/{id}/preview',
        'get /datasets/{id}/stats',
        'get /devices',
        'get /healthz',
        'get /jobs',
        'get /jobs/{id}',
        'get /jobs/{id}/checkpoints',
        'get /jobs/{id}/checkpoints/{checkpoint}',
        'get /jobs/{id}/checkpoints/{checkpoint}/weights',
        'get /jobs/{id}/events',
        'get /jobs/{id}/metrics',
        'get /jobs/{id}/stream',
        'get /jobs/{id}/weights',
        'get /keys',
        'get /keys/{id}',
        'get /metrics',
        'get /openapi.json',
        'get /readyz',
        'get /webhooks',
        'get /webhooks/{id}',
        'get /webhooks/{id}/deliveries',
        'get /weights/{id}',
        'post /cross-validations',
        'post /cross-validations/{id}/cancel',
        'post /datasets',
        'post /datasets/inspect',
        'post /jobs',
        'post /jobs/validate',
        'post /jobs/{id}/cancel',
        'post /jobs/{id}/checkpoint',
        'post /jobs/{id}/checkpoints/{checkpoint}/predict',
        'post /jobs/{id}/evaluate',
        'post /jobs/{id}/pause',
        'post /jobs/{id}/generate',
        'post /jobs/{id}/predict',
        'post /jobs/{id}/resume',
        'post /jobs/{id}/stream-token',
        'patch /keys/{id}',
        'post /keys',
        'post /models/validate',
        'options /uploads',
        'post /uploads',
        'head /uploads/{id}',
        'patch /uploads/{id}',
        'delete /uploads/{id}',
        'post /webhooks',
        'post /webhooks/{id}/test',
        'post /weights',
      ].sort(),
    );
  });

  it('describes every operation: a tag, a summary, a success reply with a schema, and the error schema', () => {
    for (const { name, operation } of operations()) {
      expect(operation.tags, name).toHaveLength(1);
      expect(operation.summary, name).toBeTruthy();
      expect(operation.operationId, name).toBeTruthy();
      const error = { $ref: '#/components/schemas/Error' };
      for (const status of ['4XX', '5XX']) {
        expect(operation.responses[status]?.content?.['application/json']?.schema, name).toEqual(error);
      }
      const good = Object.entries(operation.responses).filter(([status]) => /^[12]/.test(status));
      expect(good.length, name).toBeGreaterThan(0);
      for (const [status, { content }] of good) {
        if (status === '204') expect(content, name).toBeUndefined();
        else expect(Object.values(content ?? {})[0]?.schema, `${name} ${status}`).toBeDefined();
      }
    }
  });

  it('has no dangling and no unused schema references', () => {
    const refs = [...text.matchAll(/#\/components\/schemas\/([\w.]+)/g)].map(([, name]) => name);
    expect([...new Set(refs)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('lists the headers of every reply, and the discriminator of every union', () => {
    for (const { name, operation } of operations()) {
      for (const [status, { headers = {} }] of Object.entries(operation.responses)) {
        if (status !== '101') expect(Object.keys(headers), `${name} ${status}`).toContain('x-request-id');
        if (status === '201') expect(Object.keys(headers), name).toContain('location');
        if (status === '304') expect(Object.keys(headers), name).toContain('etag');
        if (status === '5XX') expect(Object.keys(headers), name).toContain('retry-after');
      }
    }
    const { LayerObject, JobEvent } = document.components.schemas;
    expect(LayerObject).toMatchObject({
      discriminator: { propertyName: 'type', mapping: { Linear: '#/components/schemas/Linear' } },
    });
    expect(JobEvent).toMatchObject({
      discriminator: { propertyName: 'type', mapping: { metrics: '#/components/schemas/MetricsEvent' } },
    });
  });

  it.each([
    ['Layer', layers],
    ['Loss', losses],
    ['Optimizer', optimizers],
  ])('lists every %s with its arguments', (id, registry) => {
    const shown = document.components.schemas[`${id}Object`]?.oneOf?.flatMap(
      ({ $ref }) => $ref?.split('/').at(-1) ?? [],
    );
    expect(shown).toEqual([...registry.members.keys()]);
    for (const [type, { args }] of registry.members) {
      const { properties } = document.components.schemas[type] as { properties: Record<string, unknown> };
      expect(Object.keys(properties)).toEqual(expect.arrayContaining(['type', ...Object.keys(args)]));
    }
  });

  it('has examples that are valid as they stand', async () => {
    expect(document.components.schemas.JobRequest?.examples).toEqual([JOB_EXAMPLE]);
    const find = async () => null;
    expect(await validateJob(JOB_EXAMPLE, find)).toMatchObject({ details: [], job: { parameters: 42 } });
    expect(validateModel(MODEL_EXAMPLE).details).toEqual([]);
    expect(readInline(InlineDataset.parse(DATASET_EXAMPLE)).info.samples).toBe(4);
    expect(PredictRequest.parse(PREDICT_EXAMPLE)).toEqual(PREDICT_EXAMPLE);
  });

  it('documents the messages of a stream', () => {
    const { responses } = document.paths['/jobs/{id}/stream']!.get!;
    const message = { $ref: '#/components/schemas/StreamMessage' };
    expect(responses['101']?.content?.['application/json']?.schema).toEqual(message);
    expect(responses['200']?.content?.['text/event-stream']?.schema).toEqual(message);
  });
});
