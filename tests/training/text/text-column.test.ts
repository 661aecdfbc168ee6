// Columns of texts: how they are found, what a job makes of them, and what predict takes.

import { beforeAll, describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { joinTables } from '#training/data/rows/join.ts';
import { decodeTable, encodeTable, type StoredTable } from '#training/data/table.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { validateJob } from '#training/job/validate.ts';
import { servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as trained } from '#training/run/fit.ts';
import { columnTable } from '#training/text/column-table.ts';
import { fitVocabulary, textEncoder } from '#training/text/vocabulary.ts';
import { watching } from '../job.ts';
import { bytesOf, piecesOf } from './text-job.ts';

const GOOD = ['lovely', 'great', 'wonderful', 'charming'];
const BAD = ['dull', 'awful', 'boring', 'terrible'];
const THINGS = ['film', 'book', 'song', 'play', 'story'];

/** Opinions: the adjective says which, and no two are the same. */
function opinions(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const good = i % 2 === 0;
    const word = (good ? GOOD : BAD)[(i >> 1) % 4]!;
    const more = ' really'.repeat(i % 3);
    return `"A${more} ${word} ${THINGS[i % 5]} number ${i}, I would say",${good ? 'good' : 'bad'}`;
  });
  return `opinion,verdict\n${rows.join('\n')}\n`;
}

const csvOf = (text: string, choice: object = {}) => readCsv(piecesOf(bytesOf(text)), choice);
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'read',
    (error: Error & { details: { message: string }[] }) =>
      error.details.map(({ message }) => message).join('; '),
  );

const layers = [{ type: 'Embedding', embedding_dim: 8 }, { type: 'GRU', hidden_size: 8 }, { type: 'Linear' }];

async function jobOf(table: StoredTable, change: object = {}, held: Record<string, StoredTable> = {}) {
  return validateJob(
    {
      model: { layers },
      dataset: 'own',
      training: { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 8 },
      ...change,
    },
    async (id) => (id === 'own' ? table.info : (held[id]?.info ?? null)),
  );
}

describe('a column of texts', () => {
  it('is found where it stands alone, and kept text by text', async () => {
    const { info, table, preview } = await csvOf(opinions(30));
    expect(info.columns).toEqual([
      {
        name: 'opinion',
        type: 'text',
        missing: 0,
        text: expect.objectContaining({ words: expect.objectContaining({ longest: 11 }) }),
      },
    ]);
    expect(preview.rows[0]).toEqual(['A lovely film number 0, I would say', 'good']);
    expect(decodeTable(encodeTable(table))).toEqual(table);
    expect(Buffer.from(table.texts!.bytes.subarray(0, table.texts!.ends[0])).toString()).toBe(
      preview.rows[0]![0],
    );
    expect(table.inputs[0]).toBe(preview.rows[0]![0]!.toString().length);
  });

  it('is said, or left out with a warning that says how, where there are others', async () => {
    const both = opinions(30).replace('opinion,', 'id,opinion,').replace(/^"/gm, '7,"');
    const found = await csvOf(both);
    expect(found.info.columns!.map(({ type }) => type)).toEqual(['number', 'ignore']);
    expect(found.info.warnings![0]!.message).toContain('{"opinion": "text" learns from it alone');
    expect(await problem(csvOf(both, { types: '{"opinion": "text"}' }))).toBe(
      'column "opinion" is a text, which is learned from alone: leave out "id", by "features" or as "ignore"',
    );
    const said = await csvOf(both, { types: '{"opinion": "text", "id": "ignore"}' });
    expect(said.info.columns!.map(({ type }) => type)).toEqual(['ignore', 'text']);
    const chosen = await csvOf(both, { features: 'opinion' });
    expect(chosen.info.columns!.map(({ type }) => type)).toEqual(['text']);
  });

  it('has no empty cells: each is named by its row', async () => {
    const types = '{"a": "text"}';
    expect(await problem(csvOf('a,b\nsome words,x\n,y\n"  ",x\n', { types }))).toBe(
      'row 3, column "a": the cell is empty: a text is needed; row 4, column "a": the cell is empty: a text is needed',
    );
    expect(await problem(csvOf(`${opinions(30)},good\n`))).toContain(
      '1 cells are empty: a text is needed in every row',
    );
  });

  it('leaves names, codes and a few short texts what they were', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `Person Number${i},${i % 2}`).join('\n');
    expect(await problem(csvOf(`name,y\n${rows}\n`))).toContain('no column is left to learn from');
  });
});

describe('the tokens of texts', () => {
  const texts = (...all: string[]) => {
    const bytes = Buffer.concat(all.map((text) => Buffer.from(text)));
    let end = 0;
    return { bytes, ends: Int32Array.from(all, (text) => (end += Buffer.byteLength(text))) };
  };
  const tokensOf = (vocabulary: Parameters<typeof textEncoder>[0], text: string, length: number) => {
    const into = new Int32Array(length).fill(-1);
    textEncoder(vocabulary, length)(text, into, 0);
    return [...into];
  };
  const how = { lowercase: true, vocabulary_size: 100, min_count: 1 };

  it('are words and signs, the most frequent first, fitted on the training rows', () => {
    const own = texts("Don't stop, don't!", 'stop the clock', 'never seen');
    const words = fitVocabulary(own, Int32Array.of(0, 1), { words: how });
    expect(words).toEqual({
      of: 'words',
      lowercase: true,
      entries: ["don't", 'stop', '!', ',', 'clock', 'the'],
    });
    expect(tokensOf(words, "STOP! Don't never", 6)).toEqual([3, 4, 2, 1, 0, 0]);
    expect(tokensOf(words, 'stop stop stop', 2)).toEqual([3, 3]);
    const rare = fitVocabulary(own, Int32Array.of(0, 1), { words: { ...how, min_count: 2 } });
    expect(rare).toMatchObject({ entries: ["don't", 'stop'] });
    const few = fitVocabulary(own, Int32Array.of(0, 1), { words: { ...how, vocabulary_size: 3 } });
    expect(few).toMatchObject({ entries: ["don't"] });
  });

  it('are characters, or bytes', () => {
    const characters = fitVocabulary(texts('aAb', 'ż🐢a'), Int32Array.of(0, 1), {
      characters: { ...how, lowercase: false },
    });
    expect(characters).toMatchObject({ entries: ['a', 'A', 'b', 'ż', '🐢'] });
    expect(tokensOf(characters, 'b🐢?', 5)).toEqual([4, 6, 1, 0, 0]);
    expect(tokensOf({ of: 'bytes' }, 'aż', 5)).toEqual([98, 0xc5 + 1, 0xbc + 1, 0, 0]);
  });
});

describe('a job over texts', () => {
  let table: StoredTable;
  beforeAll(async () => {
    ({ table } = await csvOf(opinions(40)));
  });

  it('is sent back with tokens, length, sizes and padding', async () => {
    const { details, job } = await jobOf(table);
    expect(details).toEqual([]);
    const { preprocess, model } = job!.spec;
    const distinct = table.info.columns![0]!.text!.words.distinct_lowercase;
    expect(preprocess).toEqual({
      inputs: 'none',
      target: 'none',
      max_length: table.info.columns![0]!.text!.words.usual,
      vocabulary: distinct + 2,
      tokens: { words: { lowercase: true, vocabulary_size: distinct + 2, min_count: 1 } },
    });
    expect(model.input).toEqual({
      shape: [(preprocess as { max_length: number }).max_length],
      dtype: 'int32',
      padding: 0,
    });
    expect(model.layers[0]).toMatchObject({ num_embeddings: distinct + 2 });
    expect(model.layers[2]).toMatchObject({ out_features: 2 });
  });

  it('fits its words on the training rows alone', async () => {
    const { job } = await jobOf(table, {
      training: { loss: 'CrossEntropyLoss', validation: { fraction: 0.5, by: 'last' } },
    });
    const { card } = columnTable({ ...job!.spec, dataset: 'own' }, table)!;
    const { vocabulary } = (card as { column: { vocabulary: { entries: string[] } } }).column;
    expect(vocabulary.entries).toContain('19');
    expect(vocabulary.entries).not.toContain('39');
  });

  it.each([
    [
      { preprocess: { tokens: 'word' } },
      /^preprocess.tokens: of a column of text one of "words".*not "word"$/,
    ],
    [
      { preprocess: { tokens: { words: { vocabulary_size: 2 } } } },
      /^preprocess.tokens.words.vocabulary_size: .*at least 3/,
    ],
    [
      { preprocess: { tokens: { words: { min_cuont: 2 } } } },
      /^preprocess.tokens.words.min_cuont: .*did you mean "min_count"/,
    ],
    [{ preprocess: { context: 8 } }, /^preprocess.context: unknown key/],
    [{ preprocess: { max_length: 0 } }, /^preprocess.max_length: .*at least 1/],
    [
      { model: { layers: [{ type: 'Embedding', embedding_dim: 4 }, 'Flatten', 'Linear'] } },
      /^model.layers\[1\]: layers\[1\] \(Flatten\) does not know which positions are padding/,
    ],
    [
      { model: { layers: [{ type: 'Embedding', embedding_dim: 4, num_embeddings: 5 }, ...layers.slice(1)] } },
      /^dataset: token numbers must be whole, from 0 to 4/,
    ],
  ])('is refused: %j', async (change, message) => {
    const { details } = await jobOf(table, change);
    expect(details.map(({ param, message }) => `${param}: ${message}`)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it('learns, predicts from raw texts in every format, and is measured on other texts', async () => {
    const training = {
      loss: 'CrossEntropyLoss',
      epochs: 60,
      batch_size: 8,
      optimizer: { type: 'Adam', lr: 0.05 },
      validation: { fraction: 0.25 },
    };
    const preprocess = { tokens: { words: { min_count: 2 } } };
    const averaged = [
      { type: 'Embedding', embedding_dim: 8 },
      { type: 'Permute', dims: [0, 2, 1] },
      { type: 'AdaptiveAvgPool1d', output_size: 1 },
      'Flatten',
      'Linear',
    ];
    const { job } = await jobOf(table, { training, preprocess, model: { layers: averaged } });
    const hooks = watching();
    const { model } = await trained({ ...job!.spec, dataset: 'own' }, table, hooks, { backend: wasm });
    expect(hooks.reports.at(-1)!.values.val_accuracy).toBeGreaterThan(0.85);
    const predictor = await loadPredictor(model, wasm);
    const records = [
      { opinion: 'A charming tale' },
      { opinion: 'really awful, I would say', verdict: 'good' },
    ];
    expect((await predictor.predict({ records })).map(({ label }) => label)).toEqual(['good', 'bad']);
    const csv = 'verdict,opinion\n?,"A CHARMING tale"\n?,"really awful, I would say"\n';
    const served = await answered(predictor, csv, 'csv');
    expect(served).toBe('class,label\n1,good\n0,bad\n');
    expect(await answered(predictor, records.map((each) => JSON.stringify(each)).join('\n'), 'ndjson')).toBe(
      served,
    );
    const other = await csvOf(opinions(12));
    expect((await evaluateModel(predictor, other.table, wasm)).metrics.accuracy).toBeGreaterThan(0.85);
    const wrong = await csvOf('x,verdict\n1,good\n2,bad\n');
    await expect(evaluateModel(predictor, wrong.table, wasm)).rejects.toThrow(
      'a column "opinion" of texts, the dataset has none of that name',
    );
    for (const [bad, why] of [
      [
        { records: [{ opinion: '' }, { opinoin: 'x' }, { opinion: 5 }] },
        ['is empty', 'has no column "opinion"', 'did you mean "opinion"', 'must be text'],
      ],
      [{ records: ['text'] }, ['must be an object']],
    ] as const) {
      const error = await predictor.predict(bad as never).catch((each: Error) => each);
      const told = (error as Error & { details: { message: string }[] }).details.map(
        ({ message }) => message,
      );
      for (const part of why) expect(told.join('; ')).toContain(part);
    }
    predictor.dispose();
  });

  it('takes other texts that are held out whole', async () => {
    const { table: held } = await csvOf(opinions(16));
    const training = { loss: 'CrossEntropyLoss', epochs: 1, validation: { dataset: 'held' } };
    const { details, job } = await jobOf(table, { training }, { held });
    expect(details).toEqual([]);
    const hooks = watching();
    const joint = joinTables(table, { validation: held });
    await trained({ ...job!.spec, dataset: 'own' }, joint, hooks, { backend: wasm });
    expect(hooks.reports[0]!.values.val_loss).toBeGreaterThan(0);
  });

  it('learns numbers from texts, in their own units', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, i) => `"about ${['one', 'two', 'three', 'four'][i % 4]} of these, thing ${i}",${(i % 4) * 1000}`,
    );
    const { table: numbers } = await csvOf(`what,price\n${rows.join('\n')}\n`);
    const training = { loss: 'MSELoss', epochs: 60, batch_size: 8, optimizer: { type: 'Adam', lr: 0.03 } };
    const { job } = await jobOf(numbers, {
      training,
      preprocess: { tokens: { words: { min_count: 2 } } },
      model: { layers: [...layers.slice(0, 2), { type: 'Linear', out_features: 1 }] },
    });
    expect(job!.spec.preprocess).toMatchObject({ target: 'standardize' });
    const { model } = await trained({ ...job!.spec, dataset: 'own' }, numbers, watching(), { backend: wasm });
    const predictor = await loadPredictor(model, wasm);
    const [found] = await predictor.predict({ records: [{ what: 'about four of these, thing 90' }] });
    expect(Math.abs(Number([found!.output].flat()[0]) - 3000)).toBeLessThan(500);
    predictor.dispose();
  });
});

async function answered(predictor: Predictor, body: string, format: 'csv' | 'ndjson'): Promise<string> {
  let text = '';
  const sink = {
    write(piece: string | Uint8Array) {
      text += Buffer.from(piece as Uint8Array).toString();
    },
    rewrite() {},
  };
  await servePredict(
    predictor,
    [bytesOf(body)],
    format,
    { format: 'csv', part: 'labels', jobId: 'job_' },
    sink,
  );
  return text;
}
