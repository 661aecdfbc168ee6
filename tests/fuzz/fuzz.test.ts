// Random requests generated from the OpenAPI document, valid and almost valid, against the whole API: no reply is a server error, and none
// has a status or a shape that the document does not declare. A few thousand per test run, within half a minute; for more, run npm run
// test:fuzz, whose number is set by REQUESTS.

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Api, createJob, startApi, train } from '../api/running-api.ts';
import { type FuzzRequest, fuzzOperations, type OpenApi, textOf } from './operations.ts';

const requests = Number(process.env.REQUESTS ?? 3_000);
const limitMs = process.env.REQUESTS === undefined ? 25_000 : 3_600_000;
/** The fixtures are recreated after this many requests, since some of them delete. */
const EVERY = 400;

let api: Api;
let document: OpenApi;
beforeAll(async () => {
  document = parse(await readFile('openapi.yaml', 'utf8'));
  api = await startApi({ heartbeatMs: 100 });
});
afterAll(async () => {
  await api.close();
});

const ids: Record<string, string[]> = { jobs: [], datasets: [], weights: [], keys: [] };

/** A trained job, a queued one, a paused one and a cancelled one, each with its dataset. */
async function furnish(): Promise<void> {
  const trained = await createJob(api, { name: 'trained' });
  await train(api, trained.id);
  const [waiting, paused, cancelled] = [await createJob(api), await createJob(api), await createJob(api)];
  await api.post(`/jobs/${paused.id}/pause`);
  await api.post(`/jobs/${cancelled.id}/cancel`);
  const jobs = [trained, waiting, paused, cancelled];
  ids.jobs = jobs.map(({ id }) => id);
  ids.datasets = jobs.map(({ dataset }) => dataset);
}

function formOf(fields: unknown): { payload: Buffer; type: string } {
  const boundary = 'a-boundary-of-the-form';
  const parts = Object.entries(typeof fields === 'object' && fields !== null ? fields : { file: fields });
  const text = parts.map(([name, value]) => {
    const file = /file|inputs|targets/.test(name) ? `; filename="${name}.csv"` : '';
    const content = typeof value === 'string' ? value : JSON.stringify(value);
    return `--${boundary}\r\ncontent-disposition: form-data; name="${name.replace(/[\r\n"]/g, '_')}"${file}\r\n\r\n${content}\r\n`;
  });
  const payload = Buffer.from(`${text.join('')}--${boundary}--\r\n`);
  return { payload, type: `multipart/form-data; boundary=${boundary}` };
}

async function send({ method, path, query, headers, body, media }: FuzzRequest) {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    // No worker runs here, so a long wait would only take time.
    name === 'wait' && Number(textOf(value)) > 0.01 ? '0.01' : textOf(value),
  ]);
  const url = `${path}${pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`}`;
  const sent = sentAs(media, body);
  const options: InjectOptions = {
    method: method.toUpperCase() as 'GET',
    url,
    headers: { ...headers, ...(sent === null ? {} : { 'content-type': sent.type }) },
    ...(sent === null ? {} : { payload: sent.payload }),
  };
  return api.app.inject(options);
}

function sentAs(media: string | null, body: unknown): { payload: Buffer; type: string } | null {
  if (media === null) return null;
  if (media === 'multipart/form-data') return formOf(body);
  return { payload: Buffer.from(JSON.stringify(body) ?? ''), type: media };
}

test(
  'no request gets a 5xx or an undocumented reply',
  async () => {
    const operations = fuzzOperations(document, (resource) => ids[resource] ?? []);
    const byName = new Map(operations.map((operation) => [operation.name, operation]));
    const statuses = new Map<number, number>();
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(...operations.map((operation) => operation.requests)), async (request) => {
        if (sent++ % EVERY === 0) await furnish();
        const reply = await send(request);
        statuses.set(reply.statusCode, (statuses.get(reply.statusCode) ?? 0) + 1);
        const type = String(reply.headers['content-type'] ?? '');
        const wrong = byName.get(request.name)!.judge(reply.statusCode, type, reply.body);
        if (wrong !== null) throw new Error(wrong);
      }),
      {
        numRuns: requests,
        interruptAfterTimeLimit: limitMs,
        markInterruptAsFailure: false,
        endOnFailure: false,
      },
    );
    console.log(
      `${sent} requests: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`,
    );
    expect(statuses.get(200) ?? 0).toBeGreaterThan(sent / 20);
    expect((await api.get('/readyz')).status).toBe(200);
  },
  limitMs + 60_000,
);
