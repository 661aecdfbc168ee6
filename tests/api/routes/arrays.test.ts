// NumPy arrays as datasets, over HTTP: from the upload to a prediction from raw bytes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { fixture } from '../../training/fixture.ts';
import { type Api, createJob, startApi, train } from '../running-api.ts';

const UPLOAD_LIMIT = 256 * 1024;
const { npz } = fixture<{ npz: Record<'stored' | 'deflated' | 'named' | 'bomb', string> }>('arrays');
const archive = (name: keyof typeof npz) => Buffer.from(npz[name], 'base64');

let api: Api;
beforeAll(async () => {
  api = await startApi({ datasetUploadBytes: UPLOAD_LIMIT });
});
afterAll(() => api.close());

/** A .npy file, format version 1.0. */
function npy(descr: string, shape: number[], values: ArrayBufferView): Buffer {
  const list = `${shape.join(', ')}${shape.length === 1 ? ',' : ''}`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${list}), }\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const magic = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  const { buffer, byteOffset, byteLength } = values;
  return Buffer.concat([magic, length, Buffer.from(header), new Uint8Array(buffer, byteOffset, byteLength)]);
}
const bytes = (...shape: number[]) =>
  npy(
    '|u1',
    shape,
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 37) % 256),
  );

function form(files: Record<string, Uint8Array>, fields: Record<string, string> = {}): FormData {
  const body = new FormData();
  for (const [field, file] of Object.entries(files)) {
    body.append(field, new Blob([Uint8Array.from(file)]), `${field}.bin`);
  }
  for (const [field, value] of Object.entries(fields)) body.append(field, value);
  return body;
}
const upload = (files: Record<string, Uint8Array>, fields?: Record<string, string>) =>
  api.post('/datasets', form(files, fields));

async function refused(files: Record<string, Uint8Array>, fields?: Record<string, string>) {
  const { status, body } = await upload(files, fields);
  expect(status, JSON.stringify(body)).toBe(400);
  return ErrorBody.parse(body).error;
}

describe('an upload of NumPy arrays', () => {
  it.each(['stored', 'deflated'] as const)('as a .npz, %s, is a dataset', async (name) => {
    const { status, body } = await upload({ file: archive(name) }, { name: 'images' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'images',
      source: 'npy',
      samples: 4,
      input_shape: [2, 3],
      input_dtype: 'uint8',
      input_range: { min: 0, max: 230, integral: true },
      features: null,
      target: { kind: 'numbers', shape: [], min: 0, max: 2, min_row: 0, max_row: 2, integral: true },
    });
    const preview = (await api.get(`/datasets/${body.id}/preview`)).body;
    expect(preview.columns).toEqual(['inputs', 'targets']);
    expect(preview.rows[1]).toEqual([
      [
        [60, 70, 80],
        [90, 100, 110],
      ],
      1,
    ]);
  });

  it('as a .npz, takes the arrays that features and target name', async () => {
    const fields = { features: 'pictures', target: 'names' };
    expect((await upload({ file: archive('named') }, fields)).body).toMatchObject({ input_shape: [2, 3] });
    expect(await refused({ file: archive('named') })).toMatchObject({
      details: [
        { param: 'features', message: expect.stringContaining('pictures, names, spare') },
        { param: 'target' },
      ],
    });
    expect((await refused({ file: archive('named') }, { ...fields, target: 'nams' })).message).toMatch(
      /did you mean "names"/,
    );
  });

  it('as two .npy files, is the same dataset', async () => {
    const inputs = npy(
      '|u1',
      [4, 2, 3],
      Uint8Array.from({ length: 24 }, (_, i) => i * 10),
    );
    const targets = npy('<i8', [4], BigInt64Array.from([0n, 1n, 2n, 1n]));
    const pair = (await upload({ inputs, targets })).body;
    const one = (await upload({ file: archive('stored') })).body;
    expect(pair.sha256).toBe(one.sha256);
  });

  it('is stored in the narrowest supported dtype', async () => {
    const stored = async (files: Record<string, Uint8Array>) => {
      const { body } = await upload(files);
      const { artifact } = (await api.store.datasets.get(body.id))!;
      const chunks: Buffer[] = [];
      for await (const chunk of api.store.artifacts.read(artifact)) chunks.push(chunk);
      const { tensors } = decodeSafetensors(Buffer.concat(chunks));
      return ['inputs', 'targets'].map((name) => tensors.get(name)!.dtype);
    };
    const targets = npy('<f4', [2], Float32Array.of(1, 2));
    expect(await stored({ inputs: bytes(2, 3), targets })).toEqual(['U8', 'F32']);
    const tokens = npy('<i2', [2, 3], Int16Array.of(1, 2, 3, 4, 5, 6));
    expect(await stored({ inputs: tokens, targets: npy('<f8', [2], Float64Array.of(1, 2)) })).toEqual([
      'I32',
      'F64',
    ]);
  });
});

describe('images as uint8', () => {
  const model = { input: { shape: [2, 3] }, layers: ['Flatten', { type: 'Linear', out_features: 3 }] };
  const training = { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2 };

  it('are scaled by 1/255 by default, in training and in predict', async () => {
    const { body } = await upload({ file: archive('stored') });
    const job = await createJob(api, { model, training, dataset: body.id });
    expect(job).toMatchObject({ preprocess: { inputs: 'scale' } });
    await train(api, job.id);
    const raw = [0, 1, 2, 3].map((i) => [0, 1].map((j) => [0, 1, 2].map((k) => 10 * (6 * i + 3 * j + k))));
    const inline = {
      inputs: raw.map((image) => image.map((row) => row.map((value) => Math.fround(value / 255)))),
      targets: [0, 1, 2, 1],
    };
    const same = await createJob(api, { model, training, dataset: inline });
    expect(same).toMatchObject({ preprocess: { inputs: 'none' } });
    await train(api, same.id);
    const predict = async (id: string, inputs: unknown) =>
      (await api.post(`/jobs/${id}/predict`, { inputs })).body.predictions;
    expect(await predict(job.id, raw)).toEqual(await predict(same.id, inline.inputs));
  });

  it('are not scaled with preprocess "none", and flat bytes and booleans never are by default', async () => {
    const { body } = await upload({ file: archive('stored') });
    expect(await createJob(api, { model, training, dataset: body.id, preprocess: 'none' })).toMatchObject({
      preprocess: { inputs: 'none' },
    });
    const targets = npy('|u1', [4], Uint8Array.of(0, 1, 2, 1));
    const flat = (await upload({ inputs: bytes(4, 6), targets })).body.id;
    const linear = { input: { shape: [6] }, layers: [{ type: 'Linear', out_features: 3 }] };
    expect(await createJob(api, { model: linear, training, dataset: flat })).toMatchObject({
      preprocess: { inputs: 'none' },
    });
    const truth = (await upload({ inputs: npy('|b1', [4, 2, 3], new Uint8Array(24).fill(1, 5)), targets }))
      .body;
    expect(truth.input_dtype).toBe('bool');
    expect(await createJob(api, { model, training, dataset: truth.id })).toMatchObject({
      preprocess: { inputs: 'none' },
    });
  });
});

describe('token ids', () => {
  const model = {
    input: { shape: [4], dtype: 'int32' },
    layers: [
      { type: 'Embedding', num_embeddings: 7, embedding_dim: 5 },
      { type: 'Linear', out_features: 7 },
    ],
  };
  const training = { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 2 };
  const tokens = Int32Array.from({ length: 12 }, (_, i) => (i * 5) % 7);

  it('can be trained on with a target at every position', async () => {
    const inputs = npy('<i4', [3, 4], tokens);
    const targets = npy('<i8', [3, 4], BigInt64Array.from([...tokens].map((t) => BigInt((t + 1) % 7))));
    const { body } = await upload({ inputs, targets });
    expect(body).toMatchObject({ input_dtype: 'int32', target: { shape: [4] } });
    // torch's CrossEntropyLoss takes [batch, classes, positions].
    const turned = { ...model, layers: [...model.layers, { type: 'Permute', dims: [0, 2, 1] }] };
    const job = await createJob(api, { model: turned, training, dataset: body.id });
    await train(api, job.id);
    const { body: said } = await api.post(`/jobs/${job.id}/predict`, { inputs: [[0, 1, 2, 3]] });
    expect(said.predictions).toHaveLength(1);
  });

  it('outside the vocabulary are refused, and so is scaling them', async () => {
    const dataset = (
      await upload({
        inputs: npy(
          '<i4',
          [3, 4],
          tokens.map((t) => t + 1),
        ),
        targets: npy('<i4', [3], Int32Array.of(0, 1, 2)),
      })
    ).body.id;
    const { body } = await api.post('/jobs', { model, training, dataset, preprocess: 'scale' });
    const told = body.error.details.map(({ message }: { message: string }) => message).join('\n');
    expect(told).toMatch(/there is a 7/);
    expect(told).toMatch(/are not preprocessed/);
  });
});

describe('arrays that do not form a dataset are refused:', () => {
  const targets = npy('|u1', [4], new Uint8Array(4));
  const nan = Float32Array.from([1, Number.NaN, 3, Number.POSITIVE_INFINITY]);

  it.each<[string, Record<string, Uint8Array>, string, RegExp]>([
    ['one without the other', { inputs: bytes(4, 2) }, 'targets', /go together/],
    ['the other without the one', { targets }, 'inputs', /go together/],
    [
      'a file beside them',
      { file: bytes(4), inputs: bytes(4, 2), targets },
      'inputs',
      /cannot be combined with "file"/,
    ],
    ['one .npy alone', { file: bytes(4, 2) }, 'file', /a \.npy holds one array/],
    ['a CSV in their place', { inputs: Buffer.from('a,b\n1,2\n'), targets }, 'inputs', /not a \.npy/],
    ['inputs of one dimension', { inputs: bytes(4), targets }, 'inputs', /reshape\(-1, 1\)/],
    ['no samples', { inputs: bytes(0, 2), targets: bytes(0) }, 'inputs', /is empty/],
    ['another number of targets', { inputs: bytes(3, 2), targets }, 'targets', /3 inputs, but 4 targets/],
    [
      'one number as targets',
      { inputs: bytes(4, 2), targets: npy('<f4', [], nan.subarray(0, 1)) },
      'targets',
      /one number/,
    ],
    [
      'NaN',
      { inputs: npy('<f4', [2, 2], nan), targets: bytes(2) },
      'inputs[0][1]',
      /NaN is not a finite number/,
    ],
    [
      'a number beyond float32',
      { inputs: npy('<f8', [1, 1], Float64Array.of(1e300)), targets: bytes(1) },
      'inputs[0][0]',
      /beyond the range/,
    ],
    [
      'a ZIP that holds no array',
      { file: Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`) },
      'file',
      /no \.npy file/,
    ],
    ['half a ZIP', { file: archive('stored').subarray(0, 300) }, 'file', /not a well-formed \.npz/],
    ['a ZIP bomb', { file: archive('bomb') }, 'file', /decompress to \d+ bytes, the limit is 262144/],
  ])('%s', async (_what, files, param, message) => {
    const error = await refused(files);
    expect(error).toMatchObject({ code: 'invalid_dataset', param });
    expect(error.message).toMatch(message);
  });

  it('an archive that understates its size', async () => {
    const bomb = archive('bomb');
    const first = bomb.indexOf(Buffer.from('PK\x01\x02'));
    bomb.writeUInt32LE(1_000, first + 24);
    expect((await refused({ file: bomb })).message).toMatch(/not a well-formed \.npz: too many bytes/);
  });

  it('a corrupted array', async () => {
    const file = archive('stored');
    file[file.indexOf(Buffer.from('NUMPY')) + 125]! ^= 1;
    expect((await refused({ file })).message).toMatch(/CRC-32/);
  });

  it('NaN and infinity, each named by its position', async () => {
    const error = await refused({
      inputs: npy('<f4', [2, 2], nan),
      targets: npy('<f4', [2], nan.subarray(0, 2)),
    });
    expect(error.details.map(({ param }) => param)).toEqual(['inputs[0][1]', 'inputs[1][1]', 'targets[1]']);
  });

  it('an archive with any byte flipped, unless it is still a dataset (201 or 400, nothing else)', async () => {
    const good = archive('deflated');
    for (let i = 0; i < good.length; i += 3) {
      const bad = Uint8Array.from(good);
      bad[i] = bad[i]! ^ 0xff;
      const { status } = await upload({ file: bad });
      expect([201, 400], `byte ${i}`).toContain(status);
    }
  });

  it('text in place of a file', async () => {
    const error = await refused({ inputs: bytes(4, 2) }, { targets: 'targets.npy' });
    expect(error).toMatchObject({ code: 'invalid_request', param: 'targets' });
    expect(error.message).toMatch(/expected a file, not text/);
  });

  it('table fields next to two arrays', async () => {
    expect((await refused({ inputs: bytes(4, 2), targets }, { target: 'y' })).message).toMatch(/no names/);
  });
});
