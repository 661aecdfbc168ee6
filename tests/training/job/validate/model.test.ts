// Validating a model: the report on its layers and the problems of its shapes, names, arguments and size.

import { describe, expect, it } from 'vitest';
import { validateModel } from '#training/job/validate-model.ts';
import { fixturesOf } from '../../fixture.ts';
import { JOB, layersProblems, MODEL, problems } from './valid-job.ts';

describe('a model', () => {
  it('is reported on layer by layer: shapes, parameters and FLOPs', () => {
    const { report } = validateModel(MODEL);
    expect(report!.layers).toEqual([
      { name: 'fc1', type: 'Linear', input_shape: [4], output_shape: [8], parameters: 40, flops: 72 },
      { name: '1', type: 'ReLU', input_shape: [8], output_shape: [8], parameters: 0, flops: 8 },
      { name: 'fc2', type: 'Linear', input_shape: [8], output_shape: [3], parameters: 27, flops: 51 },
    ]);
    expect(report).toMatchObject({ output_shape: [3], parameters: 67, parameter_bytes: 268, flops: 131 });
  });

  it.each(fixturesOf<{ torch: string; layers: unknown[]; shape: number[]; summary: string }>('summaries'))(
    'is printed as torch prints $torch',
    ({ layers, shape, summary }) => {
      const { report } = validateModel({ name: 'Sequential', input: { shape }, layers });
      expect(report!.summary).toBe(summary);
    },
  );

  it('with in_features that do not fit is refused with the layer’s name and both shapes', async () => {
    const found = await problems({
      ...JOB,
      model: {
        input: { shape: [16, 5, 5] },
        layers: [
          'ReLU',
          'Tanh',
          'Flatten',
          { name: 'fc1', type: 'Linear', in_features: 512, out_features: 3 },
        ],
      },
    });
    expect(found[0]).toBe(
      'model.layers[3].in_features: layers[3] (Linear "fc1"): in_features 512 given, but 400 arrive from Flatten [16, 5, 5] → [400]',
    );
  });

  it('with in_features of the first layer that do not fit is refused with the shape of the input', async () => {
    const found = await layersProblems({ type: 'Linear', in_features: 5, out_features: 3 });
    expect(found).toEqual([
      'model.layers[0].in_features: layers[0] (Linear): in_features 5 given, but 4 arrive from the input [4]',
    ]);
  });

  it.each<[unknown, RegExp]>([
    [0, /at least 1/],
    [-3, /at least 1/],
    [2.5, /whole number/],
    ['eight', /whole number/],
    ['0', /at least 1/],
    [null, /whole number/],
    [1e9, /at most 1000000, the limit/],
    [1e300, /./],
  ])('cannot have out_features %j', async (out_features, message) => {
    const found = await layersProblems({ type: 'Linear', out_features });
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toMatch(/^model\.layers\[0\]\.out_features: /);
    expect(found[0]).toMatch(message);
  });

  it.each<[unknown, RegExp]>([
    [[0], /model\.input\.shape\[0\]: must be at least 1/],
    [[-1], /model\.input\.shape\[0\]: must be at least 1/],
    [[1.5], /model\.input\.shape\[0\]: must be a whole number/],
    [[1e9], /model\.input\.shape\[0\]: must be at most 1000000, the limit/],
    [[1e6, 1e6], /model\.input\.shape: .* the limit is 16000000/],
    [[], /model\.input\.shape: /],
    ['4', /model\.input\.shape: /],
  ])('cannot have the input shape %j', async (shape, message) => {
    expect((await problems({ ...JOB, model: { ...MODEL, input: { shape } } }))[0]).toMatch(message);
  });

  it('of 10¹² parameters is refused before anything is allocated, and the limit is named', async () => {
    const before = process.memoryUsage().rss;
    const found = await layersProblems(
      { type: 'Linear', out_features: 1e6 },
      { type: 'Linear', out_features: 1e6 },
      { type: 'Linear', out_features: 3 },
    );
    expect(found).toEqual([
      'model.layers[1]: layers[1] (Linear): the model reaches 1000006000000 parameters here, the limit is 100000000',
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('without layers, or with more than the limit, is refused', async () => {
    expect((await layersProblems(...new Array(1001).fill('ReLU')))[0]).toMatch(/model\.layers: .*1000/);
    expect((await layersProblems())[0]).toMatch(/model\.layers: /);
  });

  it('cannot use a layer name twice, a dot in it, or a name that cannot be stored', async () => {
    const named = (name: string) => ({ name, type: 'Linear', out_features: 3 });
    expect((await layersProblems(named('a'), named('a')))[0]).toMatch(
      /layers\[1\]\.name: "a" is already the name of layers\[0\]/,
    );
    expect((await layersProblems(named('1'), 'ReLU', named('z')))[0]).toMatch(
      /layers\[1\]\.name: "1" is already the name of/,
    );
    expect((await layersProblems(named('a.b')))[0]).toMatch(/may not contain a dot/);
    expect((await layersProblems(named('a\0')))[0]).toMatch(/NUL/);
    expect((await layersProblems(named('\ud800')))[0]).toMatch(/surrogate/);
  });

  it.each<[unknown, RegExp]>([
    [{ type: 'Softmax', dim: 0 }, /dim 0 is the batch/],
    [{ type: 'Softmax', dim: 2 }, /dim 2 given, but \[batch, 4\] has dims -2 to 1/],
    [{ type: 'Softmax', dim: -2 }, /dim -2 is the batch/],
    [{ type: 'Flatten', start_dim: 0 }, /start_dim 0 is the batch/],
    [{ type: 'Flatten', start_dim: 3 }, /start_dim 3 given, but \[batch, 4\]/],
    [{ type: 'Dropout', p: 1.5 }, /layers\[0\]\.p: /],
    [{ type: 'Dropout', p: -0.1 }, /layers\[0\]\.p: /],
    [{ type: 'Linear' }, /layers\[0\]\.out_features: /],
    [
      { type: 'Linear', out_features: 3, bais: true },
      /layers\[0\]\.bais: unknown key "bais"; did you mean "bias"\?/,
    ],
  ])('is refused with the layer %j', async (layer, message) => {
    expect((await layersProblems(layer, { type: 'Linear', out_features: 3 }))[0]).toMatch(message);
  });

  it('without parameters is refused in a job', async () => {
    expect(await problems({ ...JOB, model: { input: { shape: [4] }, layers: ['Softmax'] } })).toContain(
      'model.layers: none of the layers has parameters, so there is nothing to train',
    );
  });
});
