import { describe, expect, it } from 'vitest';
import { emitProgram } from '#engine/backends/wasm/emit.ts';
import { lower } from '#engine/lower/lower.ts';
import { readModel } from '#training/model/model.ts';
import { layoutOf } from '#training/model/network.ts';
import { readRecipe } from '#training/model/recipe.ts';
import { passOver } from '#training/run/pass.ts';
import { trainingProgram } from '#training/run/step.ts';
import { backends } from '../backends.ts';
import { problemsOf, runModel } from './run-model.ts';

const KINDS = ['RNN', 'LSTM', 'GRU'];
const waves = (count: number) => Array.from({ length: count }, (_, i) => Math.sin(3 * i));

describe.each(KINDS)('%s', (type) => {
  it('requires sequences with the declared features, short enough to unroll', () => {
    expect(problemsOf({ shape: [16, 5, 5] }, { type, hidden_size: 8 })).toEqual([
      `model.layers[0]: layers[0] (${type}): takes a sequence [time, features], but 3 dimensions arrive from the input [16, 5, 5]`,
    ]);
    const linear = { type: 'Linear', name: 'fc', out_features: 4 };
    expect(problemsOf({ shape: [9, 2] }, linear, { type, hidden_size: 8, input_size: 5 })).toEqual([
      `model.layers[1].input_size: layers[1] (${type}): input_size 5 given, but 4 arrive from Linear "fc" [9, 2] → [9, 4]`,
    ]);
    const deep = { type, name: 'deep', hidden_size: 1, num_layers: 2, bidirectional: true };
    expect(problemsOf({ shape: [2000, 1] }, deep)).toEqual([
      `model.layers[0]: layers[0] (${type} "deep"): a sequence 2000 long, × num_layers × directions = 8000 time steps, the limit is 2048 (from the input [2000, 1])`,
    ]);
    expect(problemsOf({ shape: [2, 1] }, { type, hidden_size: 1, batch_first: false })).toEqual([
      'model.layers[0].batch_first: must be true: a sample is [time, features] here',
    ]);
    expect(problemsOf({ shape: [2, 1] }, { type, hidden_size: 1e9 })[0]).toMatch(
      /hidden_size: must be at most/,
    );
  });

  it('returns the state at every position, or the last of each direction', () => {
    const shape = (over: object) => {
      const { value } = readModel(
        { input: { shape: [7, 3] }, layers: [{ type, hidden_size: 5, ...over }] },
        '',
      );
      return value!.output;
    };
    expect(shape({})).toEqual([5]);
    expect(shape({ return: 'sequence' })).toEqual([7, 5]);
    expect(shape({ bidirectional: true })).toEqual([10]);
    expect(shape({ bidirectional: true, return: 'sequence' })).toEqual([7, 10]);
  });

  it('reuses the same code for a longer sequence, with more calls', () => {
    const emitted = (time: number) => {
      const layers = [
        { type, hidden_size: 8 },
        { type: 'Linear', out_features: 2 },
      ];
      const model = readModel({ input: { shape: [time, 3] }, layers }, 'model').value!;
      const training = { loss: 'CrossEntropyLoss', optimizer: 'Adam', epochs: 1, metrics: [] };
      const program = trainingProgram(model, layoutOf(model), readRecipe(training).value!, {
        rows: 4,
        bytes: null,
        target: [],
        units: null,
        train: passOver(4, 4, false),
        validation: passOver(0, 4, false),
        test: passOver(0, 4, false),
        seed: 0,
      });
      const lowered = lower(program);
      return {
        functions: emitProgram(program, lowered, { wide: false, threads: 1 }).functions,
        kernels: lowered.entries[0]!.kernels.length,
      };
    };
    const [short, long, longer] = [emitted(8), emitted(16), emitted(24)];
    expect(long.functions).toBe(short.functions);
    expect(longer.kernels - long.kernels).toBe(long.kernels - short.kernels);
  });
});

describe.each(backends)('dropout between recurrent layers on %s', (_, backend) => {
  const model = (num_layers: number) => ({
    input: { shape: [3, 2] },
    layers: [{ type: 'GRU', hidden_size: 40, num_layers, dropout: 0.5, return: 'sequence' }],
  });
  const run = (layers: number, options: object) => runModel(backend, model(layers), waves(12), options);

  it('is applied during training only, with a new mask every step', async () => {
    const plain = await run(2, {});
    expect(await run(2, { counter: 5 })).toEqual(plain);
    const trained = await run(2, { training: true });
    expect(trained).not.toEqual(plain);
    expect(await run(2, { training: true })).toEqual(trained);
    expect(await run(2, { training: true, counter: 1 })).not.toEqual(trained);
  });

  it('is not applied to the output of the last layer', async () => {
    expect(await run(1, { training: true })).toEqual(await run(1, {}));
  });
});
