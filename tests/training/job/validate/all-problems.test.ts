// Every problem of a request is reported at once, whatever the body is.

import { describe, expect, it } from 'vitest';
import { JOB, layersProblems, MODEL, problems } from './valid-job.ts';

describe('the problems of a request', () => {
  it('are reported at once across model, dataset, training and the rest', async () => {
    const body = {
      name: 'a\0b',
      model: {
        input: { shape: [4] },
        layers: [
          { type: 'Linaer', out_features: 8 },
          { type: 'ReLU', slope: 1 },
          { type: 'Linear', in_features: 9, out_features: 3 },
        ],
      },
      dataset: 'ds_2',
      training: { loss: 'CrosEntropy', optimizer: { type: 'Adm' }, epochs: 0, batch_sise: 3 },
      sed: 1,
    };
    const found = await problems(body);
    expect(found.map((text) => text.split(':')[0])).toEqual([
      'name',
      'sed',
      'model.layers[0].type',
      'model.layers[1].slope',
      'dataset',
      'training.epochs',
      'training.batch_sise',
      'training.loss',
      'training.optimizer.type',
    ]);
    expect(found.find((text) => text.startsWith('sed'))).toContain('did you mean "seed"?');
    expect(found.find((text) => text.startsWith('training.batch_sise'))).toContain(
      'did you mean "batch_size"?',
    );
    expect(found.find((text) => text.startsWith('training.loss'))).toContain(
      'did you mean "CrossEntropyLoss"?',
    );
    expect(found.find((text) => text.startsWith('training.optimizer'))).toContain('did you mean "Adam"?');
    expect(found.find((text) => text.startsWith('model.layers[0]'))).toContain('did you mean "Linear"?');
  });

  it('do not stop at an unknown layer whose name resembles a known one', async () => {
    expect(
      await layersProblems({ type: 'Linaer', out_features: 8 }, 'Rleu', {
        type: 'Linear',
        in_features: 9,
        out_features: 2,
      }),
    ).toEqual([
      'model.layers[0].type: unknown layer "Linaer"; did you mean "Linear"?',
      'model.layers[1]: unknown layer "Rleu"; did you mean "ReLU"?',
      'model.layers[2].in_features: layers[2] (Linear): in_features 9 given, but 8 arrive from ReLU [8]',
    ]);
  });

  it('stay few and short for a hundred thousand unknown keys, or a key of a megabyte', async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key_${i}`, 1]));
    const found = await problems({ ...many, ...JOB, training: { ...JOB.training, ['x'.repeat(1e6)]: 1 } });
    expect(found.length).toBeLessThan(200);
    expect(Math.max(...found.map((text) => text.length))).toBeLessThan(1000);
  });

  it('name each missing part once', async () => {
    expect(await problems({})).toEqual(['model: is needed', 'dataset: is needed', 'training: is needed']);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 3],
    ['an empty array', []],
    ['a string', 'job'],
    ['an empty object', {}],
    ['an object of nulls', { model: null, dataset: null, training: null }],
    ['an object of numbers', { model: 1, dataset: 2, training: 3 }],
    ['an object of arrays', { model: [], dataset: [], training: [] }],
    ['an object of empty objects', { model: {}, dataset: {}, training: {} }],
    [
      'a job with odd layers',
      {
        ...JOB,
        model: { input: { shape: [1] }, layers: [null, 1, [], {}, { type: 7 }, { type: null }, ''] },
      },
    ],
    [
      'a job with layers named after prototype properties',
      {
        ...JOB,
        model: {
          ...MODEL,
          layers: [JSON.parse('{"type":"ReLU","__proto__":{"a":1}}'), 'constructor', '__proto__'],
        },
      },
    ],
    ['a job with deeply nested inputs', { ...JOB, dataset: { inputs: [[[[[[[[[[1]]]]]]]]]], targets: [1] } }],
  ])('are reported, without a crash, if the body is %s', async (_, body) => {
    expect((await problems(body)).length).toBeGreaterThan(0);
  });
});
