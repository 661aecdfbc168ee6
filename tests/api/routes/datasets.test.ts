import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { type Answer, type Api, createJob, csvForm, POINTS, startApi, train } from '../running-api.ts';

const IRIS = 'length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n';
const UPLOAD_LIMIT = 64 * 1024;

let api: Api;
let spool: string;
const { TMPDIR } = process.env;
beforeAll(async () => {
  // Uploads are spooled here, so that leftovers are visible.
  spool = await mkdtemp(join(tmpdir(), 'epochd-test-'));
  api = await startApi({ datasetUploadBytes: UPLOAD_LIMIT });
  process.env.TMPDIR = spool;
});
afterAll(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  await api.close();
  await rm(spool, { recursive: true });
});

describe('a CSV upload', () => {
  it('becomes a dataset: 201, Location, and the whole object', async () => {
    const { status, headers, body } = await api.post('/datasets', csvForm(IRIS, { target: 'species' }));
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/datasets/${body.id}`);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^ds_[0-9a-z]{26}$/),
      object: 'dataset',
      name: 'data.csv',
      source: 'csv',
      samples: 3,
      input_shape: [2],
      features: ['length', 'width'],
      target: { name: 'species', kind: 'classes', labels: ['setosa', 'versicolor', 'virginica'] },
    });
    const { interpreted, ...stored } = body;
    expect(interpreted).toEqual([]);
    expect((await api.get(`/datasets/${body.id}`)).body).toEqual(stored);
    expect((await api.get(`/datasets/${body.id}/preview`)).body).toEqual({
      object: 'dataset.preview',
      dataset_id: body.id,
      samples: 3,
      columns: ['length', 'width', 'species'],
      rows: [
        [5.1, 3.5, 'setosa'],
        [7, 3.2, 'versicolor'],
        [6.3, 3.3, 'virginica'],
      ],
    });
  });

  it('may have its fields before or after the file', async () => {
    const fields = { name: 'flowers', target: 'length', features: 'width' };
    const form = (fileFirst: boolean) => csvForm('length,width\n1,2\n3,4\n', fields, { fileFirst });
    const [first, last] = [await api.post('/datasets', form(true)), await api.post('/datasets', form(false))];
    expect(first.body).toMatchObject({ name: 'flowers', target: { name: 'length' }, features: ['width'] });
    expect(last.body.sha256).toBe(first.body.sha256);
  });

  it('leaves no file behind', async () => {
    await api.post('/datasets', csvForm(IRIS));
    expect(await readdir(spool)).toEqual([]);
  });
});

describe('JSON arrays', () => {
  it('become a dataset', async () => {
    const { status, body } = await api.post('/datasets', { name: 'points', ...POINTS });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'points',
      source: 'inline',
      samples: 4,
      input_shape: [2],
      features: null,
    });
  });
});

describe('an invalid dataset', () => {
  /** Refused with the contract's error body; nothing is stored, and nothing is left on disk. */
  async function refused(send: () => Promise<Answer>, status = 400) {
    const before = (await api.get('/datasets?limit=100')).body.data.length;
    const answer = await send();
    expect(answer.status).toBe(status);
    expect((await api.get('/datasets?limit=100')).body.data).toHaveLength(before);
    expect(await readdir(spool)).toEqual([]);
    return ErrorBody.parse(answer.body).error;
  }

  it.each([
    ['infinity in a numeric column', 'a,b\n1,2\ninf,4\n', 'rows[3].a'],
    ['text in a numeric column', 'a,b\n1,2\n3,4\nx,6\n', 'rows[4].a'],
    ['an empty cell in the target', 'a,b\n1,2\n3,\n', 'rows[3].b'],
    ['a ragged row', 'a,b\n1,2\n3\n', 'rows[3]'],
    ['an empty file', '', 'file'],
    ['a header only', 'a,b\n', 'file'],
    ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), 'file'],
    ['NUL bytes', 'a,b\n1,2\n\0,4\n', 'file'],
    ['a column named __proto__', '__proto__,b\n1,2\n', 'header[0]'],
    ['a column name with a control byte', 'a,\u0000b\n1,2\n', 'file'],
  ])('with %s is refused with its position', async (_what, content, param) => {
    const error = await refused(() => api.post('/datasets', csvForm(content)));
    expect(error).toMatchObject({ code: 'invalid_dataset', param });
  });

  it('with many bad cells lists the first hundred and counts them all', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => `x${i},1`)
      .concat('1,1')
      .join('\n');
    const error = await refused(() => api.post('/datasets', csvForm(`a,b\n${rows}\n`, { target: 'b' })));
    expect(error.details).toHaveLength(100);
    expect(error.message).toContain('250 problems');
    expect(error.details[99]?.param).toBe('rows[101].a');
  });

  it.each([
    ['an unknown target', csvForm(IRIS, { target: 'specie' }), 'target', /did you mean "species"/],
    [
      'an unknown feature',
      csvForm(IRIS, { features: 'length,widht' }),
      'features[1]',
      /did you mean "width"/,
    ],
    ['an unknown field', csvForm(IRIS, { targets: 'species' }), 'targets', /did you mean "target"/],
    ['a field with a forbidden name', csvForm(IRIS, { constructor: 'x' }), 'body', /forbidden/],
    ['a NUL in its name', csvForm(IRIS, { name: 'a\0b' }), 'name', /NUL/],
    ['an empty name', csvForm(IRIS, { name: '' }), 'name', /./],
  ])('with %s is refused with the field', async (_what, form, param, message) => {
    const error = await refused(() => api.post('/datasets', form));
    expect(error.param).toBe(param);
    expect(error.message).toMatch(message);
  });

  it('in a form without a file, with two, or with a file in another field is told what is expected', async () => {
    const none = new FormData();
    none.append('target', 'species');
    expect((await refused(() => api.post('/datasets', none))).param).toBe('file');

    const two = csvForm(IRIS);
    two.append('file', new Blob([IRIS]), 'again.csv');
    expect((await refused(() => api.post('/datasets', two))).message).toMatch(/one file/);

    const elsewhere = new FormData();
    elsewhere.append('data', new Blob([IRIS]), 'data.csv');
    expect((await refused(() => api.post('/datasets', elsewhere))).param).toBe('data');

    const text = new FormData();
    text.append('file', IRIS);
    expect((await refused(() => api.post('/datasets', text))).message).toMatch(/expected a file, not text/);
  });

  it('in a truncated form is refused', async () => {
    const cut = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b\n1,2\n';
    const type = 'multipart/form-data; boundary=x';
    const error = await refused(() => api.post('/datasets', cut, { 'content-type': type }));
    expect(error).toMatchObject({ code: 'invalid_request', param: 'body' });
    const noBoundary = await refused(() =>
      api.post('/datasets', cut, { 'content-type': 'multipart/form-data' }),
    );
    expect(noBoundary.param).toBe('body');
  });

  it('with a file over the limit is a 413 that names the limit', async () => {
    const error = await refused(() => api.post('/datasets', csvForm('1,2\n'.repeat(UPLOAD_LIMIT))), 413);
    expect(error).toMatchObject({ code: 'payload_too_large', param: 'file' });
    expect(error.message).toContain(`${UPLOAD_LIMIT} bytes`);
  });

  it.each([
    ['a ragged sample', { inputs: [[1, 2], [3]], targets: [0, 1] }, 'inputs[1]'],
    ['null for a number', { inputs: [[1, null]], targets: [0] }, 'inputs[0][1]'],
    ['text for a number', { inputs: [['1']], targets: [0] }, 'inputs[0][0]'],
    ['no samples', { inputs: [], targets: [] }, 'inputs'],
    ['fewer targets than inputs', { inputs: [[1], [2]], targets: [0] }, 'targets'],
    ['no targets', { inputs: [[1]] }, 'targets'],
    ['an unknown key', { ...POINTS, label: [1] }, 'label'],
    ['NUL in its name', { ...POINTS, name: 'a\0' }, 'name'],
    ['a lone surrogate in its name', { ...POINTS, name: 'a\ud800' }, 'name'],
    ['a name that is too long', { ...POINTS, name: 'x'.repeat(201) }, 'name'],
    ['not being an object', [1, 2], 'body'],
  ])('with %s in JSON is refused with its path', async (_what, body, param) => {
    const error = await refused(() => api.post('/datasets', body));
    expect(error.details.map((detail) => detail.param)).toContain(param);
  });

  it('gets all its problems reported at once', async () => {
    const body = { name: '', inputs: 'x', targets: [1], extra: 1 };
    const error = await refused(() => api.post('/datasets', body));
    expect(error.details.map(({ param }) => param).sort()).toEqual(['extra', 'inputs', 'name']);
  });
});

describe('the list of datasets', () => {
  it('is newest first, and paginated', async () => {
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      ids.unshift((await api.post('/datasets', { name, ...POINTS })).body.id);
    }
    const first = (await api.get('/datasets?limit=2')).body;
    expect(first).toMatchObject({ object: 'list', has_more: true });
    expect(first.data.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const next = (await api.get(`/datasets?limit=1&after=${ids[1]}`)).body;
    expect(next.data[0].id).toBe(ids[2]);
  });
});

describe('deleting a dataset', () => {
  it('frees its bytes, and later requests get a 404', async () => {
    const { id } = (await api.post('/datasets', POINTS)).body;
    const { artifact } = (await api.store.datasets.get(id))!;
    expect((await api.delete(`/datasets/${id}`)).status).toBe(204);
    for (const path of [`/datasets/${id}`, `/datasets/${id}/preview`]) {
      expect((await api.get(path)).status).toBe(404);
    }
    expect((await api.delete(`/datasets/${id}`)).status).toBe(404);
    await expect(buffer(api.store.artifacts.read(artifact))).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('is refused while jobs need it', async () => {
    const { id } = (await api.post('/datasets', POINTS)).body;
    const job = await createJob(api, { dataset: id });
    const refusal = await api.delete(`/datasets/${id}`);
    expect(refusal.status).toBe(409);
    expect(refusal.body.error.code).toBe('dataset_in_use');
    await train(api, job.id);
    expect((await api.delete(`/datasets/${id}`)).status).toBe(204);
    expect((await api.get(`/jobs/${job.id}`)).body).toMatchObject({ status: 'succeeded', dataset: id });
  });
});
