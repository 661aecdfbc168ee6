// Language models over plain text: how a text is tokenized, which jobs are refused, and that training is exact.

import { beforeAll, describe, expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { tableInMemory } from '#training/data/rows/job-table.ts';
import { splitRows } from '#training/data/rows/split.ts';
import { decodeTable, encodeTable, type StoredTable } from '#training/data/table.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as trained } from '#training/run/fit.ts';
import { readText } from '#training/text/read-text.ts';
import { coderOf } from '#training/text/tokenizer.ts';
import { windowTable } from '#training/text/window-table.ts';
import { watching } from '../job.ts';
import { bytesOf, check, LSTM_LAYERS, languageJob, piecesOf, textTable } from './text-job.ts';

const TALE = 'the cat sat on the mat, and the dog sat on the log; 3 żółw: 🐢!\n'.repeat(6);

const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => 'read',
    (error: Error) => error.message,
  );

describe('a plain text as a dataset', () => {
  it('is stored byte by byte, and its characters are reported', async () => {
    const { info, table } = await readText(piecesOf(bytesOf('zażółć\ngęślą 🐢'), 3), {});
    expect(table.inputs).toEqual(bytesOf('zażółć\ngęślą 🐢'));
    expect(info.text).toEqual({
      bytes: 24,
      characters: 14,
      lines: 2,
      alphabet: [...new Set('zażółć\ngęślą 🐢')].sort().join(''),
    });
    expect(decodeTable(encodeTable(table))).toEqual(table);
  });

  it('drops a byte order mark, and reads UTF-16', async () => {
    const marked = await readText(piecesOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x68, 0x69)), {});
    expect(marked.table.inputs).toEqual(bytesOf('hi'));
    const utf16 = await readText(piecesOf(new Uint8Array(Buffer.from('\ufeffhé', 'utf16le'))), {});
    expect(utf16.table.inputs).toEqual(bytesOf('hé'));
    expect(utf16.interpreted).toEqual([{ param: 'encoding', from: null, to: 'utf-16le' }]);
  });

  it.each([
    ['an empty file', [], 'the file is empty'],
    ['one character', [0x61], 'the text is a single character'],
    ['bytes that are no UTF-8', [0x61, 0x0a, 0xff, 0x62], 'the file is not text in UTF-8 (line 1'],
    ['a character cut off', [0x61, 0x62, 0xe2, 0x82], 'the file is not text in UTF-8'],
    [
      'NUL bytes',
      [0x61, 0x0a, 0x62, 0x00, 0x63, 0x64, 0x65],
      'the file is not a text: it contains NUL bytes (line 2)',
    ],
  ])('rejects %s', async (_, bytes, why) => {
    expect(await problem(readText(piecesOf(Uint8Array.from(bytes)), {}))).toContain(why);
  });
});

describe('the windows of a text', () => {
  it.each([
    ['characters', 12, 12],
    ['bytes', 16, 16],
    [{ bpe: { vocab_size: 280 } }, 8, 8],
  ])(
    'of %j have every token except the first of each part as a target exactly once',
    async (tokens, context, stride) => {
      const training = { validation: { fraction: 0.2 }, test: { fraction: 0.1 } };
      const { spec, table } = await languageJob(TALE, { preprocess: { tokens, context, stride }, training });
      const made = windowTable(spec, table);
      const { train, validation, test } = splitRows(tableInMemory(made), spec.training, 0);
      const coder = coderOf(made.card.text.tokenizer);
      const said = [train, validation, test].map((rows) => {
        const targets = Array.from(rows, (row) => [
          ...made.targets.subarray(row * context, (row + 1) * context),
        ]).flat();
        const first = made.inputs[rows[0]! * context]!;
        return Buffer.concat(
          [first, ...targets.filter((target) => target !== -100)].map((token) => coder.bytesOf(token)),
        );
      });
      // The parts joined in order are the whole text.
      expect(Buffer.concat(said).toString()).toBe(TALE);
      expect(train.length + validation.length + test.length).toBe(made.info.samples);
    },
  );

  it('overlap with a shorter stride, up to the last token', async () => {
    const text = 'abcdefghijk';
    const { spec, table } = await languageJob(text, { preprocess: { context: 4, stride: 2 } });
    const { inputs, targets, card } = windowTable(spec, table);
    const letters = (numbers: ArrayLike<number>) =>
      Array.from(numbers, (token) =>
        Buffer.from(coderOf(card.text.tokenizer).bytesOf(token)).toString(),
      ).join('');
    expect(letters(inputs)).toBe('abcdcdefefghghij');
    expect(letters(targets)).toBe('bcdedefgfghihijk');
  });

  it('are as many as the validated job says', async () => {
    for (const [context, stride] of [
      [5, 5],
      [5, 2],
      [7, 3],
    ] as const) {
      const said = { preprocess: { context, stride }, training: { validation_split: 0.3 } };
      const table = await textTable(TALE);
      const { job } = await check(table, said);
      expect(windowTable({ ...job!.spec, dataset: 'ds_' }, table).info).toEqual(job!.info);
    }
  });
});

describe('a language model job', () => {
  let table: StoredTable;
  beforeAll(async () => {
    table = await textTable(TALE);
  });
  const told = async (said: Parameters<typeof check>[1]) =>
    (await check(table, said)).details.map(({ param, message }) => `${param}: ${message}`);

  it('is returned with the tokens, windows and sizes derived from the text', async () => {
    const { job } = await check(table, { model: { input: { shape: [16], dtype: 'int32' } } });
    const size = new Set(TALE).size;
    expect(job!.spec.preprocess).toEqual({
      inputs: 'none',
      target: 'none',
      tokens: 'characters',
      context: 16,
      stride: 16,
      vocabulary: size,
    });
    expect(job!.spec.model.layers[0]).toMatchObject({ num_embeddings: size });
    expect(job!.spec.model.layers[2]).toMatchObject({ out_features: size });
    expect(job!.interpreted.map(({ param }) => param)).toEqual([
      'model.layers[0].num_embeddings',
      'model.layers[2].out_features',
    ]);
  });

  it('holds out the end of the text', async () => {
    const { job } = await check(table, { training: { validation: { fraction: 0.25 } } });
    expect(job!.spec.training.validation).toEqual({ fraction: 0.25, by: 'last', stratify: false });
    expect(await told({ training: { validation: { fraction: 0.2, by: 'random' } } })).toEqual([
      'training.validation.by: windows of a text are consecutive and overlap, so its end is held out: use "last"',
    ]);
  });

  it.each([
    [
      { tokens: 'wordz' },
      /^preprocess.tokens: for a text, expected "characters", "bytes" or \{"bpe": .*, not "wordz"$/,
    ],
    [
      { tokens: { bpe: { vocab_size: 100_000 } } },
      /^preprocess.tokens.bpe.vocab_size: .*must be at most 32768$/,
    ],
    [
      { tokens: { bpe: { vocab_size: 100 } } },
      /^preprocess.tokens.bpe.vocab_size: .*must be at least 256: every byte is a token$/,
    ],
    [
      { context: 16, stride: 17 },
      /^preprocess.stride: 17 is more than the context of 16: tokens between the windows would be lost$/,
    ],
    [
      { context: 2_000 },
      /^preprocess.context: the training part is \d+ characters long, but a window needs 2001/,
    ],
    [{ contxt: 8 }, /^preprocess.contxt: unknown key "contxt"; did you mean "context"\?$/],
    [{ context: 0 }, /^preprocess.context: .*must be at least 1$/],
    ['standardize', /^preprocess: /],
  ])('rejects the preprocess %j without follow-up errors', async (preprocess, message) => {
    const problems = await told({ preprocess });
    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  it('rejects arrays, which are not text', async () => {
    const { details } = await check(
      {
        ...table,
        info: {
          ...table.info,
          text: undefined as never,
          samples: 20,
          input_shape: [4],
          target: { ...table.info.target, shape: [] },
        },
      },
      { preprocess: { tokens: 'bytes' }, layers: [{ type: 'Linear', out_features: 2 }] },
    );
    expect(details.map(({ param }) => param)).toContain('preprocess.tokens');
  });

  it('gives the same bits when paused and resumed', async () => {
    const said = {
      preprocess: { tokens: { bpe: { vocab_size: 270 } }, context: 8 },
      training: { epochs: 3 },
    };
    const { spec, table: own } = await languageJob(TALE, said);
    const whole = await trained(spec, own, watching(), { backend: wasm });
    const first = await trained(spec, own, watching(5), { backend: wasm });
    expect(first.outcome).toBe('cancelled');
    const second = await trained(spec, own, watching(), { backend: wasm, from: first.state });
    expect(second.model).toEqual(whole.model);
  });

  it('learns to predict the next token, and notes how long learning the BPE merges took', async () => {
    const training = {
      epochs: 30,
      optimizer: { type: 'Adam', lr: 0.02 },
      metrics: ['perplexity'],
      validation_split: 0.2,
    };
    const { spec, table: own } = await languageJob(TALE, { preprocess: { context: 16 }, training });
    const hooks = watching();
    const { model } = await trained(spec, own, hooks, { backend: wasm });
    expect(hooks.reports[0]!.values.val_perplexity).toBeGreaterThan(10);
    expect(hooks.reports.at(-1)!.values.val_perplexity).toBeLessThan(3);
    expect(decodeArtifact(model).card.text).toMatchObject({ tokenizer: { kind: 'characters' }, context: 16 });
    const notes: string[] = [];
    const pairs = await languageJob(TALE, {
      preprocess: { tokens: { bpe: { vocab_size: 270 } }, context: 8 },
    });
    await trained(
      pairs.spec,
      pairs.table,
      { ...watching(), onNote: (note) => notes.push(note) },
      { backend: wasm },
    );
    expect(notes).toEqual([
      expect.stringMatching(/^a byte-pair encoding of 270 tokens was learned from \d+ bytes in \d+\.\d s$/),
    ]);
  });

  it('weights every token equally: its perplexity is e to the loss of a window', async () => {
    const layers = LSTM_LAYERS;
    const said = {
      preprocess: { context: 13 },
      layers,
      training: { batch_size: 1000, metrics: ['perplexity'], optimizer: { type: 'SGD', lr: 0 } },
    };
    const { spec, table: own } = await languageJob(TALE, said);
    const hooks = watching();
    await trained(spec, own, hooks, { backend: wasm });
    const { train_loss, train_perplexity } = hooks.reports[0]!.values;
    expect(Math.log(train_perplexity!)).toBeCloseTo(train_loss!, 5);
  });
});
