// Rows in every format through one model, against the answers that it gives to the same rows as parsed JSON.

import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import type { PredictionPart } from '#contracts/jobs/job-api.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { parseNpy } from '#training/data/formats/npy.ts';
import { validateJob } from '#training/job/validate.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import { type RowFormat, servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from '../job.ts';

const ROWS = Array.from({ length: 2_500 }, (_, i) => [1000 + (i % 37), i / 7, (i % 5) - 2.25]);

let table: Predictor;
let arrays: Predictor;
beforeAll(async () => {
  const lines = points(40).inputs.map(
    ([a, b]) => `${a! * 100 + 1000},${b},${a},${a! > 0 ? '"right, up"' : 'left'}`,
  );
  const csv = Readable.from([Buffer.from(`big,b,c,side\n${lines.join('\n')}\n`)]);
  const read = await readCsv(csv, {});
  const { job } = await validateJob(
    {
      model: {
        input: { shape: [3] },
        layers: [{ type: 'Linear', out_features: 8 }, 'Tanh', { type: 'Linear', out_features: 2 }],
      },
      dataset: 'ds_',
      training: { loss: 'CrossEntropyLoss', epochs: 3 },
    },
    async () => read.info,
  );
  table = await loadPredictor((await train({ ...job!.spec, dataset: 'ds_' }, read.table, watching())).model);
  const small = await smallJob(
    { model: { layers: [{ type: 'Linear', out_features: 1 }] }, training: { loss: 'MSELoss' } },
    points(20),
  );
  arrays = await loadPredictor((await train(small.spec, small.table, watching())).model);
});

/** The body in pieces of a prime number of bytes, so that rows are cut everywhere. */
function* cut(body: Uint8Array, size = 997) {
  for (let start = 0; start < body.length; start += size) yield body.slice(start, start + size);
}

async function ask(
  predictor: Predictor,
  body: string | Uint8Array,
  format: RowFormat,
  {
    answer = 'json',
    part = null,
    size,
  }: { answer?: AnswerFormat; part?: PredictionPart | null; size?: number } = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const sink = {
    write: (piece: string | Uint8Array) => void pieces.push(Buffer.from(piece as Uint8Array)),
    rewrite(start: Uint8Array) {
      const whole = Buffer.concat(pieces.splice(0));
      whole.set(start, 0);
      pieces.push(whole);
    },
  };
  await servePredict(
    predictor,
    cut(Buffer.from(body as Uint8Array), size),
    format,
    { format: answer, part, jobId: 'job_1' },
    sink,
  );
  return Buffer.concat(pieces);
}
const json = async (...args: Parameters<typeof ask>) =>
  JSON.parse((await ask(...args)).toString()).predictions;

function npy(rows: readonly (readonly number[])[], dtype: '<f8' | '>f4' | '|u1', fortran = false): Buffer {
  const width = rows[0]!.length;
  const dict = `{'descr': '${dtype}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${rows.length}, ${width}), }`;
  const header = `${dict.padEnd(117)}\n`;
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(header)]);
  const flat = fortran
    ? Array.from({ length: width }, (_, i) => rows.map((row) => row[i]!)).flat()
    : rows.flat();
  const bytes = Buffer.alloc(flat.length * { '<f8': 8, '>f4': 4, '|u1': 1 }[dtype]);
  for (const [i, value] of flat.entries()) {
    if (dtype === '<f8') bytes.writeDoubleLE(value, i * 8);
    else if (dtype === '>f4') bytes.writeFloatBE(value, i * 4);
    else bytes.writeUInt8(value, i);
  }
  return Buffer.concat([head, bytes]);
}

async function refusal(promise: Promise<unknown>): Promise<{ code: string; told: [string, string][] }> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    const { code, details } = error as Problem;
    return { code, told: details.map(({ param, message }) => [param, message]) };
  }
  throw new Error('was not refused');
}

describe('rows in any format', () => {
  const shuffled = ROWS.map(([big, b, c]) => ({ c, big, side: 'left', b }));
  it.each<[string, RowFormat, () => string | Uint8Array]>([
    ['records', 'json', () => JSON.stringify({ records: shuffled })],
    ['arrays with white space', 'json', () => JSON.stringify({ inputs: ROWS }, null, 1)],
    ['lines of arrays', 'ndjson', () => ROWS.map((row) => JSON.stringify(row)).join('\n')],
    [
      'lines of objects, some empty',
      'ndjson',
      () => shuffled.map((row) => `${JSON.stringify(row)}\r\n\n`).join(''),
    ],
    [
      'CSV with its columns in another order',
      'csv',
      () => `c,side,b,big\n${ROWS.map(([big, b, c]) => `${c},left,${b},${big}`).join('\n')}`,
    ],
    [
      'CSV with semicolons and quotes',
      'csv',
      () => `"big";"b";"c"\r\n${ROWS.map((row) => row.join(';')).join('\r\n')}\r\n`,
    ],
    ['doubles of NumPy', 'npy', () => npy(ROWS, '<f8')],
    ['doubles of NumPy in Fortran order', 'npy', () => npy(ROWS, '<f8', true)],
  ])('%s get the same answers as parsed JSON', async (_, format, body) => {
    const answers = await json(table, body(), format);
    expect(answers).toHaveLength(ROWS.length);
    const outputs = await table.outputs(Float64Array.from(ROWS.flat()));
    const wanted = ROWS.map((_row, i) => table.interpret(outputs.subarray(2 * i, 2 * i + 2)));
    expect(answers).toEqual(wanted);
  });

  it('bytes and big-endian floats of NumPy are the numbers that they are', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => [i % 256, (i * 7) % 256]);
    const wanted = await json(arrays, JSON.stringify({ inputs: rows }), 'json');
    expect(await json(arrays, npy(rows, '|u1'), 'npy')).toEqual(wanted);
    expect(await json(arrays, npy(rows, '>f4'), 'npy')).toEqual(wanted);
  });

  it('a CSV without names of columns goes into a model that has none, with names, too', async () => {
    const wanted = await json(arrays, '{"inputs": [[1, 2], [3, 4]]}', 'json');
    expect(await json(arrays, '1,2\n3,4\n', 'csv')).toEqual(wanted);
    expect(await json(arrays, 'x,y\n1,2\n3,4\n', 'csv')).toEqual(wanted);
  });

  it('nothing gets no answers', async () => {
    expect(await json(arrays, '{"inputs": [ ]}', 'json')).toEqual([]);
    expect(await json(arrays, '', 'ndjson')).toEqual([]);
  });
});

describe('answers in any format', () => {
  const body = JSON.stringify({ inputs: ROWS });

  it('lines of JSON are the predictions one by one', async () => {
    const lines = (await ask(table, body, 'json', { answer: 'ndjson' })).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await json(table, body, 'json'));
  });

  it('CSV names its columns, and quotes labels', async () => {
    const [header, ...lines] = (await ask(table, body, 'json', { answer: 'csv' }))
      .toString()
      .trimEnd()
      .split('\n');
    expect(header).toBe('class,label,probability_left,"probability_right, up",output_0,output_1');
    expect(lines).toHaveLength(ROWS.length);
    const [first] = await json(table, body, 'json');
    const label = first.label === 'left' ? 'left' : '"right, up"';
    expect(lines[0]).toBe([first.class, label, ...first.probabilities, ...first.output].join(','));
  });

  it('an array of NumPy holds the outputs, or what was asked for', async () => {
    const outputs = await table.outputs(Float64Array.from(ROWS.flat()));
    const all = parseNpy(await ask(table, body, 'json', { answer: 'npy' }), 'outputs');
    expect(all.shape).toEqual([ROWS.length, 2]);
    expect(all.values).toEqual(outputs);
    const wanted = await json(table, body, 'json');
    const classes = parseNpy(await ask(table, body, 'json', { answer: 'npy', part: 'labels' }), 'classes');
    expect(classes.shape).toEqual([ROWS.length]);
    expect([...classes.values]).toEqual(wanted.map((each: { class: number }) => each.class));
    const shares = parseNpy(await ask(table, body, 'json', { answer: 'npy', part: 'probabilities' }), 'p');
    expect(shares.shape).toEqual([ROWS.length, 2]);
    expect([...shares.values]).toEqual(
      wanted.flatMap(({ probabilities }: { probabilities: number[] }) => probabilities.map(Math.fround)),
    );
  });

  it('only a part of each prediction is returned if requested', async () => {
    const keys = async (part: PredictionPart) => Object.keys((await json(table, body, 'json', { part }))[0]);
    expect(await keys('labels')).toEqual(['class', 'label']);
    expect(await keys('probabilities')).toEqual(['probabilities']);
    expect(await keys('output')).toEqual(['output']);
  });

  it('a part that the model does not tell is refused', async () => {
    const { told } = await refusal(ask(arrays, '{"inputs": []}', 'json', { part: 'labels' }));
    expect(told).toEqual([['return', 'this model returns output, not labels']]);
  });

  it('numbers are the shortest decimals of their float32', async () => {
    const [{ output }] = await json(arrays, '{"inputs": [[0.1, 0.2]]}', 'json');
    const [exact] = (await arrays.outputs(Float64Array.of(0.1, 0.2))) as unknown as [number];
    expect(String(output[0]).replace(/[-.]|^0+/g, '').length).toBeLessThanOrEqual(10);
    expect(Math.fround(output[0])).toBe(exact);
  });
});

describe('rows that are wrong', () => {
  it.each<[string, RowFormat, string | Uint8Array, [string, string][]]>([
    [
      'a record without a column',
      'json',
      '{"records": [{"big": 1, "b": 2, "c": 3}, {"big": 1, "c": "x"}]}',
      [
        ['records[1].b', 'records[1] has no column "b"'],
        ['records[1].c', '"x" is text, not a number'],
      ],
    ],
    [
      'lines of another width',
      'ndjson',
      '[1,2,3]\n[1,2]\n[1,2,null]',
      [
        ['inputs[1]', '2 entries, the model takes [3]: 3 here'],
        ['inputs[2][2]', 'null where a number must be'],
      ],
    ],
    [
      'a line that is no JSON',
      'ndjson',
      '[1,2,3]\n[1,',
      [['line 2', expect.stringContaining('not valid JSON') as unknown as string]],
    ],
    [
      'lines of both kinds',
      'ndjson',
      '[1,2,3]\n{"big":1}',
      [['line 2', 'not an array, as the lines before: all are of one kind']],
    ],
    [
      'cells',
      'csv',
      'big,b,c\n1,2,3\n1,,x\n',
      [
        ['rows[3].b', 'row 3, column "b": the cell is empty'],
        ['rows[3].c', 'row 3, column "c": "x" is not a number'],
      ],
    ],
    ['ragged rows', 'csv', 'big,b,c\n1,2\n', [['rows[2]', 'row 2: 2 cells, the header names 3 columns']]],
    [
      'unknown and missing columns',
      'csv',
      'big,bb,c\n1,2,3\n',
      [
        ['header[1]', 'the model has no column "bb"; did you mean "b"?'],
        ['header', 'there is no column "b"'],
      ],
    ],
    ['an empty CSV', 'csv', '', [['body', 'holds no rows: not even a header']]],
    [
      'an array of another shape',
      'npy',
      npy([[1, 2]], '<f8'),
      [['inputs', '[1, 2] given, the model takes [rows, 3]']],
    ],
    [
      'an array that ends too early',
      'npy',
      npy([[1, 2, 3]], '<f8').subarray(0, -4),
      [['inputs', '[1, 3] of f8 needs 24 bytes, only 20 follow']],
    ],
    [
      'an array that goes on',
      'npy',
      Buffer.concat([npy([[1, 2, 3]], '<f8'), Buffer.alloc(9)]),
      [['inputs', '[1, 3] of f8 needs 24 bytes, more follow']],
    ],
    [
      'an array with NaN',
      'npy',
      npy(
        [
          [1, 2, 3],
          [1, Number.NaN, 3],
        ],
        '<f8',
      ),
      [['inputs[1][1]', 'NaN is not a finite number']],
    ],
    ['no array at all', 'npy', 'inputs', [['inputs', 'not a .npy file']]],
  ])('%s are named', async (_, format, body, told) => {
    const found = await refusal(ask(table, body, format));
    expect(found.told).toEqual(told);
  });

  it.each([
    ['', 'malformed_json'],
    ['[]', 'malformed_json'],
    ['{"inputs": [[1,2,3]', 'malformed_json'],
    ['{"inputs": [[1,2,3],]}', 'malformed_json'],
    ['{"inputs": [[1,2,3]]} x', 'malformed_json'],
    ['{"inputs": [[1,2,3]],}', 'malformed_json'],
    ['{"inputs": [1 2]}', 'malformed_json'],
    [`{"inputs": [${'['.repeat(100)}]}`, 'malformed_json'],
    ['{"inputs": "\u0000"}', 'invalid_request'],
    ['{}', 'invalid_request'],
    ['{"rows": []}', 'invalid_request'],
    ['{"inputs": [], "records": []}', 'invalid_request'],
    ['{"records": [7]}', 'invalid_request'],
  ])('the body %j is %s, in one piece and in many', async (body, code) => {
    expect((await refusal(ask(table, body, 'json'))).code).toBe(code);
    expect((await refusal(ask(table, body, 'json', { size: 1 }))).code).toBe(code);
  });

  it('strings may hold brackets, quotes and commas', async () => {
    const record = { big: 1, b: 2, c: 3, side: '],["\\" {' };
    expect(
      await json(table, JSON.stringify({ records: [record, record] }), 'json', { size: 3 }),
    ).toHaveLength(2);
  });

  it('stop being read after a hundred', async () => {
    const lines = Array.from({ length: 5_000 }, () => '[1,2]\n').join('');
    expect((await refusal(ask(table, lines, 'ndjson'))).told).toHaveLength(100);
  });
});
