import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#client/client.ts';
import type { GeneratedToken, Generation } from '#contracts/jobs/generate.ts';
import { type Api, createJob, csvForm, startApi, train } from '../running-api.ts';

const TALE = 'the cat sat on the mat, and the dog sat on the log.\n'.repeat(20);
const MODEL = {
  layers: [
    { type: 'Embedding', embedding_dim: 12 },
    { type: 'GRU', hidden_size: 24, return: 'sequence' },
    'Linear',
    { type: 'Permute', dims: [0, 2, 1] },
  ],
};
const training = {
  loss: 'CrossEntropyLoss',
  optimizer: { type: 'Adam', lr: 0.02 },
  epochs: 12,
  batch_size: 4,
};

let api: Api;
let job: string;
let dataset: string;
beforeAll(async () => {
  api = await startApi();
  const upload = await api.post('/datasets', csvForm(TALE, {}, { filename: 'tale.txt' }));
  dataset = upload.body.id;
  ({ id: job } = await createJob(api, { model: MODEL, dataset, training, preprocess: { context: 16 } }));
  await train(api, job);
});
afterAll(() => api.close());

const asked = { prompt: 'the cat', max_tokens: 20, temperature: 0 };
const generate = (body: object, accept?: string) =>
  fetch(`${api.url}/jobs/${job}/generate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept !== undefined && { accept }) },
    body: JSON.stringify(body),
  });

describe('a .txt file', () => {
  it('becomes a text dataset with its counts', async () => {
    const { body } = await api.get(`/datasets/${dataset}`);
    expect(body).toMatchObject({
      name: 'tale.txt',
      source: 'text',
      samples: TALE.length,
      text: { lines: 20, characters: TALE.length },
    });
    const preview = await api.get(`/datasets/${dataset}/preview`);
    expect(preview.body.rows[0]).toEqual(['the cat sat on the mat, and the dog sat on the log.']);
    expect((await api.get(`/datasets/${dataset}/stats`)).status).toBe(200);
  });

  it("is a table if the form's fields say so, and contradictory fields are refused", async () => {
    const table = 'a,b\n1,2\n3,4\n';
    for (const fields of [{ target: 'b' }, { format: 'table' }]) {
      const { body } = await api.post(
        '/datasets',
        csvForm(table, fields as never, { filename: 'table.txt' }),
      );
      expect(body).toMatchObject({ source: 'csv', samples: 2 });
    }
    const { body } = await api.post(
      '/datasets',
      csvForm(table, { format: 'text' }, { filename: 'table.csv' }),
    );
    expect(body.source).toBe('text');
    const both = await api.post('/datasets', csvForm(table, { format: 'text', target: 'b' }));
    expect(both.body.error).toMatchObject({
      param: 'target',
      message: expect.stringContaining('this is a plain text'),
    });
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['NUL bytes', 'a\0b', 'NUL bytes (line 1)'],
    ['bytes that are no UTF-8', new Uint8Array([0x61, 0xff, 0x62]), 'not text in UTF-8'],
  ])('is refused if it holds %s', async (_, content, why) => {
    const { status, body } = await api.post('/datasets', csvForm(content, {}, { filename: 'bad.txt' }));
    expect(status).toBe(400);
    expect(body.error.message).toContain(why);
  });

  it('is read in another process if large, with the same result', async () => {
    const long = TALE.repeat(100);
    const { status, body } = await api.post('/datasets', csvForm(long, {}, { filename: 'long.txt' }));
    expect(status).toBe(201);
    expect(body.text).toMatchObject({ bytes: long.length, lines: 2_000 });
  });
});

describe('POST /jobs/{id}/generate', () => {
  it('continues a prompt, reproducibly', async () => {
    const { status, body } = await api.post(`/jobs/${job}/generate`, asked);
    expect(status).toBe(200);
    expect(body).toEqual({
      object: 'generation',
      job_id: job,
      text: ' sat on the mat, and',
      rest: '',
      finish_reason: 'length',
      prompt_tokens: 7,
      tokens: 20,
      warnings: [],
    });
    const drawn = { ...asked, temperature: 2, seed: 5 };
    const twice = await Promise.all([
      api.post(`/jobs/${job}/generate`, drawn),
      api.post(`/jobs/${job}/generate`, drawn),
    ]);
    expect(twice[0]!.body).toEqual(twice[1]!.body);
    expect(twice[0]!.body.text).not.toBe(body.text);
  });

  it.each([
    [
      'text/event-stream',
      'text/event-stream',
      (text: string) =>
        text
          .split('\n\n')
          .filter(Boolean)
          .map((frame) => frame.replace(/^data: /, '')),
    ],
    [
      'application/x-ndjson',
      'application/x-ndjson; charset=utf-8',
      (text: string) => text.split('\n').filter(Boolean),
    ],
  ])('sends every token as %s, and the whole answer last', async (accept, type, parts) => {
    const reply = await generate(asked, accept);
    expect(reply.headers.get('content-type')).toBe(type);
    const messages = parts(await reply.text()).map((part) => JSON.parse(part) as GeneratedToken | Generation);
    const last = messages.at(-1) as Generation;
    const tokens = messages.slice(0, -1) as GeneratedToken[];
    expect(tokens.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(tokens.map(({ text }) => text).join('')).toBe(last.text);
    expect(last).toEqual((await api.post(`/jobs/${job}/generate`, asked)).body);
  });

  it('reports the probabilities of the next token', async () => {
    const { body } = await api.post(`/jobs/${job}/generate`, { ...asked, max_tokens: 1, alternatives: 3 });
    expect(body.choices).toHaveLength(1);
    expect(body.choices[0].alternatives[0]).toMatchObject({ text: ' ' });
    expect(body.choices[0].alternatives[0].probability).toBeGreaterThan(0.5);
  });

  it('streams through the client, and stops when the reader does', async () => {
    const client = connect({ url: api.url });
    let text = '';
    for await (const message of client.jobs.tokens(job, { ...asked, max_tokens: 10_000 })) {
      if (message.object === 'generation.token') text += message.text;
      if (text.length >= 30) break;
    }
    expect(text).toMatch(/^ sat on the mat, and the dog s/);
    expect(await client.jobs.generate(job, asked)).toMatchObject({ tokens: 20 });
    await expect(client.jobs.tokens(job, { prompt: 'Quick' }).next()).rejects.toMatchObject({
      status: 400,
      details: [{ param: 'prompt' }],
    });
  });

  it.each([
    [{ prompt: 'the Zoo' }, 400, 'prompt', 'does not contain "Z"'],
    [{ prompt: '' }, 400, 'prompt', 'is empty'],
    [{}, 400, 'prompt', 'must be text'],
    [{ ...asked, temperature: -1 }, 400, 'temperature', 'at least 0'],
    [{ ...asked, top_p: 0 }, 400, 'top_p', 'above 0'],
    [{ ...asked, top_k: 0 }, 400, 'top_k', 'at least 1'],
    [{ ...asked, max_tokens: 1e9 }, 400, 'max_tokens', 'at most 10000'],
    [{ ...asked, tempreature: 1 }, 400, 'tempreature', 'did you mean "temperature"'],
  ])('refuses %j before anything is sent', async (body, status, param, why) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const reply = await generate(body, accept);
      expect(reply.status).toBe(status);
      const { error } = (await reply.json()) as { error: { param: string; message: string } };
      expect(error).toMatchObject({ param, message: expect.stringContaining(why) });
    }
  });

  it('is refused for jobs that wait, models that are not language models, and unsupported Accept types', async () => {
    const { id: other } = await createJob(api);
    expect((await api.post(`/jobs/${other}/generate`, asked)).status).toBe(409);
    await train(api, other);
    const { status, body } = await api.post(`/jobs/${other}/generate`, asked);
    expect({ status, message: body.error.message }).toEqual({
      status: 409,
      message: 'the job is not a language model, which is trained on a plain text (a .txt dataset)',
    });
    expect((await generate(asked, 'image/png')).status).toBe(406);
  });
});

// Last: it closes the API.
it('answers 503 to whoever is still waiting for a text when the API shuts down, never a part of the text as the whole', async () => {
  const long = { ...asked, max_tokens: 10_000 };
  const whole = generate(long);
  const reply = await generate(long, 'application/x-ndjson');
  const lines = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await lines.read()).value ?? '';
  const closed = api.app.close();
  for (let next = await lines.read(); !next.done; next = await lines.read()) text += next.value;
  const last = JSON.parse(text.trimEnd().split('\n').at(-1)!);
  expect(last).toMatchObject({ error: { code: 'unavailable' } });
  expect((await whole).status).toBe(503);
  await closed;
});
