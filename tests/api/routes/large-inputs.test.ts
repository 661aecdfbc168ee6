// Datasets and jobs too large for the event loop are parsed in another process, with the same result as in this one.

import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { encodeTable } from '#training/data/table.ts';
import { type Api, createJob, csvForm, jobBody, startApi, train } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({ uploadsInFlight: 2 });
});
afterAll(() => api.close());

const ROWS = 20_000;
const inputs = Array.from({ length: ROWS }, (_, i) => [(i % 101) / 7, (i % 13) / 3]);
const targets = inputs.map((_, i) => i % 2);
const csv = `a,b,side\n${inputs.map(([a, b], i) => `${a},${b},${i % 2 ? 'yes' : 'no'}`).join('\n')}\n`;

async function stored(id: string): Promise<Uint8Array> {
  const dataset = await api.store.datasets.get(id);
  return buffer(api.store.artifacts.read(dataset!.artifact));
}

describe('a large dataset', () => {
  it("as CSV is stored the same as one read in the API's own process", async () => {
    const { status, body } = await api.post('/datasets', csvForm(csv));
    expect(status).toBe(201);
    const { info, table } = await readCsv(
      (async function* () {
        yield Buffer.from(csv);
      })(),
      {},
    );
    expect(body).toMatchObject({ samples: ROWS, name: 'data.csv' });
    expect(Buffer.compare(await stored(body.id), encodeTable(table))).toBe(0);
    const preview = await api.get(`/datasets/${body.id}/preview`);
    expect(preview.body).toMatchObject({ samples: info.samples, columns: ['a', 'b', 'side'] });
  });

  it("as JSON is stored the same as one read in the API's own process, once per Idempotency-Key", async () => {
    const send = () =>
      api.post('/datasets', { name: 'big', inputs, targets }, { 'idempotency-key': 'large-1' });
    const { status, body } = await send();
    expect(status).toBe(201);
    expect(body.name).toBe('big');
    expect(Buffer.compare(await stored(body.id), encodeTable(readInline({ inputs, targets }).table))).toBe(0);
    expect((await send()).body.id).toBe(body.id);
    const other = await api.post('/datasets', { inputs, targets }, { 'idempotency-key': 'large-1' });
    expect(other.status).toBe(422);
  });

  it('is refused with the row and column of each problem', async () => {
    const { status, body } = await api.post('/datasets', csvForm(`${csv}1,x,yes\n`));
    expect(status).toBe(400);
    expect(body.error.details[0].param).toBe(`rows[${ROWS + 2}].b`);
    const bad = await api.post('/datasets', { inputs: [...inputs, [1]], targets: [...targets, 0] });
    expect(bad.body.error.details[0].param).toBe(`inputs[${ROWS}]`);
  });

  it('beyond the capacity is a 503 with Retry-After', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => api.post('/datasets', csvForm(csv))));
    const refused = all.filter(({ status }) => status === 503);
    expect(all.filter(({ status }) => status === 201)).toHaveLength(6 - refused.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
  });
});

describe('a large job', () => {
  it('is stored with its dataset, and trains', async () => {
    const job = await createJob(api, {
      dataset: { inputs, targets },
      training: { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 500 },
    });
    expect(job.model.layers).toHaveLength(3);
    expect(
      Buffer.compare(await stored(job.dataset), encodeTable(readInline({ inputs, targets }).table)),
    ).toBe(0);
    await train(api, job.id);
    expect((await api.get(`/jobs/${job.id}`)).body.status).toBe('succeeded');
  });

  it('may reference a stored dataset, and is refused if that does not exist', async () => {
    const { id } = (
      await api.post('/datasets', {
        inputs: [
          [0, 0],
          [1, 1],
        ],
        targets: [0, 1],
      })
    ).body;
    const metadata = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`key${i}`, 'x'.repeat(100)]));
    const padded = (dataset: string) =>
      `${' '.repeat(300 * 1024)}${JSON.stringify(jobBody({ dataset, metadata }))}`;
    const headers = { 'content-type': 'application/json' };
    expect((await api.post('/jobs', padded(id), headers)).body).toMatchObject({ dataset: id, metadata });
    const missing = await api.post('/jobs', padded('ds_00000000000000000000000000'), headers);
    expect(missing.body.error.details[0]).toMatchObject({ param: 'dataset', code: 'not_found' });
  });

  it('is refused with all its problems at once', async () => {
    const { status, body } = await api.post('/jobs', {
      ...jobBody({ dataset: { inputs: [...inputs, [1, null]], targets: [...targets, 0] } }),
      model: { input: { shape: [2] }, layers: ['Relux'] },
    });
    expect(status).toBe(400);
    const params = body.error.details.map(({ param }: { param: string }) => param);
    expect(params).toContain(`dataset.inputs[${ROWS}][1]`);
    expect(params.some((param: string) => param.startsWith('model.layers[0]'))).toBe(true);
  });
});
