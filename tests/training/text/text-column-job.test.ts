// Jobs over a text column: their defaults, what they refuse, and their models' predictions.

import { beforeAll, describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { joinTables } from '#training/data/rows/join.ts';
import type { StoredTable } from '#training/data/table.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { fit as trained } from '#training/run/fit.ts';
import { columnTable } from '#training/text/column-table.ts';
import { watching } from '../job.ts';
import { csvOf, jobOf, layers, opinions } from './opinions.ts';
import { bytesOf } from './text-job.ts';

describe('a job over texts', () => {
  let table: StoredTable;
  beforeAll(async () => {
    ({ table } = await csvOf(opinions(40)));
  });

  it('is rendered with tokens, length, sizes and padding', async () => {
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

  it('fits its vocabulary on the training rows alone', async () => {
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
      /^preprocess.tokens: for a column of text, expected "words".*not "word"$/,
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
      /^dataset: token ids must be whole numbers from 0 to 4/,
    ],
  ])('is refused: %j', async (change, message) => {
    const { details } = await jobOf(table, change);
    expect(details.map(({ param, message }) => `${param}: ${message}`)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it('learns, predicts from raw texts in every format, and is evaluated on other texts', async () => {
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
      'a column "opinion" of texts, but the dataset has no column of that name',
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

  it('takes another dataset of texts as held-out', async () => {
    const { table: held } = await csvOf(opinions(16));
    const training = { loss: 'CrossEntropyLoss', epochs: 1, validation: { dataset: 'held' } };
    const { details, job } = await jobOf(table, { training }, { held });
    expect(details).toEqual([]);
    const hooks = watching();
    const joint = joinTables(table, { validation: held });
    await trained({ ...job!.spec, dataset: 'own' }, joint, hooks, { backend: wasm });
    expect(hooks.reports[0]!.values.val_loss).toBeGreaterThan(0);
  });

  it('predicts numbers from texts, in their own units', async () => {
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

  it('ignores every target column of a record or a CSV, like a row of the training file', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => `"this is thing number ${i} of them",${i},${i % 5}`);
    const { table: numbers } = await csvOf(`what,price,weight\n${rows.join('\n')}\n`, {
      target: 'price,weight',
    });
    const { job, details } = await jobOf(numbers, {
      training: { loss: 'MSELoss', epochs: 1, batch_size: 8 },
      model: { layers: [...layers.slice(0, 2), { type: 'Linear', out_features: 2 }] },
    });
    expect(details).toEqual([]);
    const { model } = await trained({ ...job!.spec, dataset: 'own' }, numbers, watching(), { backend: wasm });
    const predictor = await loadPredictor(model, wasm);
    const what = 'this is thing number 3 of them';
    const [bare] = await predictor.predict({ records: [{ what }] });
    expect(await predictor.predict({ records: [{ what, price: 3, weight: 3 }] })).toEqual([bare]);
    expect(await answered(predictor, `what,price,weight\n${what},3,3\n`, 'csv')).toBe(
      await answered(predictor, `what\n${what}\n`, 'csv'),
    );
    const wrong = predictor.predict({ records: [{ what, prize: 3 }] });
    await expect(wrong).rejects.toThrow(/the model has no column "prize"/);
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
    { format: 'csv', part: predictor.labels === null ? null : 'labels', jobId: 'job_' },
    sink,
  );
  return text;
}
