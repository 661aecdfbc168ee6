import { describe, expect, it } from 'vitest';
import type { TensorInfo } from '#contracts/weights.ts';
import { readModel } from '#training/model/model.ts';
import { decodeSafetensors, encodeSafetensors } from '#training/model/safetensors.ts';
import { fromHalf, numbersOf } from '#training/model/tensor-numbers.ts';
import { checkWeights } from '#training/model/weights.ts';
import { loadPredictor } from '#training/predict.ts';
import { expectClose, fixture } from '../fixture.ts';
import { MODEL, trainFrom, weightsFile } from '../weights-job.ts';

interface Torch {
  torch: string;
  keys: string[];
  input: number[];
  output: number[];
  half: { dtypes: string[]; output: number[] };
  ours: number[];
}
const torch = fixture<Torch>('weights');
const rows = Array.from({ length: torch.input.length / 5 }, (_, i) => torch.input.slice(5 * i, 5 * i + 5));

async function outputs(model: Uint8Array): Promise<number[]> {
  const predictions = await (await loadPredictor(model)).predict({ inputs: rows });
  return predictions.flatMap(({ output }) => output as number[]);
}

/** The tensors of a file, packaged as the model of one of our jobs. */
function asOurs(file: Uint8Array): Uint8Array {
  const { metadata } = decodeSafetensors(weightsFile('weights-ours'));
  return encodeSafetensors(decodeSafetensors(file).tensors, metadata);
}

const model = readModel(MODEL, 'model').value!;
const infoOf = (file: Uint8Array): TensorInfo[] =>
  Array.from(decodeSafetensors(file).tensors, ([key, { dtype, shape }]) => ({
    key,
    dtype,
    shape: [...shape],
  }));

describe('weights saved by torch', () => {
  it('match the model with the same layers, key by key', () => {
    const given = infoOf(weightsFile('weights-torch'));
    expect(given.map(({ key }) => key)).toEqual(torch.keys);
    expect(checkWeights(model, given, 'model.weights')).toEqual([]);
  });

  it("give torch's outputs", async () => {
    expectClose(await outputs(asOurs(weightsFile('weights-torch'))), torch.output, 1e-5);
  });

  it('may be F16, BF16 and F64', async () => {
    const file = weightsFile('weights-half');
    expect(infoOf(file).map(({ dtype }) => dtype)).toEqual(torch.half.dtypes);
    expect(checkWeights(model, infoOf(file), 'model.weights')).toEqual([]);
    expectClose(await outputs(asOurs(file)), torch.half.output, 1e-5);
  });

  it('are the starting point of training, whatever the seed', async () => {
    const from = decodeSafetensors(weightsFile('weights-torch')).tensors;
    const to = decodeSafetensors((await trainFrom(weightsFile('weights-torch'), 1e-6)).model).tensors;
    for (const [key, tensor] of from) {
      const [before, after] = [numbersOf(tensor), numbersOf(to.get(key)!)];
      // Two epochs of three batches.
      if (key === 'norm.num_batches_tracked') expect(after[0]).toBe(before[0]! + 6);
      else if (!key.startsWith('norm.running')) expectClose(after, [...before], 1e-4);
    }
  });
});

describe('weights saved by a job', () => {
  // torch loaded weights-ours.safetensors with strict=True; the fixture holds its outputs.
  it('are those that torch loaded, with its keys, shapes and dtypes in its order', async () => {
    const { model } = await trainFrom(weightsFile('weights-torch'), 0.05);
    const [made, kept] = [model, weightsFile('weights-ours')].map((file) => decodeSafetensors(file));
    expect(infoOf(model)).toEqual(infoOf(weightsFile('weights-ours')));
    expect(infoOf(model)).toEqual(infoOf(weightsFile('weights-torch')));
    for (const [key, tensor] of kept!.tensors)
      expectClose(numbersOf(made!.tensors.get(key)!), [...numbersOf(tensor)], 1e-5);
  });

  it("give torch's outputs here, too", async () => {
    expect(torch.ours).not.toEqual(torch.output);
    expectClose(await outputs(weightsFile('weights-ours')), torch.ours, 1e-5);
  });

  it('train another job to the same result as the original file', async () => {
    const second = await trainFrom(asOurs(weightsFile('weights-torch')), 0.05);
    const straight = await trainFrom(weightsFile('weights-torch'), 0.05);
    expect(Buffer.from(second.model)).toEqual(Buffer.from(straight.model));
  });
});

describe('mismatched weights', () => {
  const tensors = infoOf(weightsFile('weights-torch'));
  const told = (change: TensorInfo[]) => checkWeights(model, change, 'model.weights');

  it('are reported all at once: missing, unknown, of another shape, of another dtype', () => {
    const changed = tensors
      .filter(({ key }) => key !== 'fc1.bias')
      .map((tensor) => {
        if (tensor.key === 'fc1.weight') return { ...tensor, shape: [7, 4] };
        return tensor.key === 'fc2.bias' ? { ...tensor, dtype: 'I8' as const } : tensor;
      });
    changed.push({ key: 'fc1.bias2', dtype: 'F32', shape: [7] });
    expect(told(changed)).toEqual([
      {
        param: 'model.weights',
        code: 'does_not_fit',
        message: '"fc1.weight" is [7, 4] in the file, but [7, 5] in the model',
      },
      {
        param: 'model.weights',
        code: 'missing_key',
        message: '"fc1.bias" is missing: the model has it as [7]',
      },
      {
        param: 'model.weights',
        code: 'wrong_dtype',
        message: '"fc2.bias" is I8 in the file, expected F32, F64, F16, BF16',
      },
      {
        param: 'model.weights',
        code: 'unknown_key',
        message: 'the model has no "fc1.bias2" [7]; did you mean "fc1.bias"?',
      },
    ]);
  });

  it('include those with the right size but the wrong shape: [5, 7] is not [7, 5]', () => {
    const turned = tensors.map((tensor) =>
      tensor.key === 'fc1.weight' ? { ...tensor, shape: [5, 7] } : tensor,
    );
    expect(told(turned)).toHaveLength(1);
  });

  it('are named up to a limit, and then counted', () => {
    const many = Array.from({ length: 80_000 }, (_, i) => ({
      key: `layers.${i}.weight`,
      dtype: 'F32' as const,
      shape: [1],
    }));
    const reported = told(many);
    expect(reported).toHaveLength(101);
    expect(reported.at(-1)).toMatchObject({
      code: 'unknown_key',
      message: `the model does not have ${80_000 - (100 - tensors.length)} more of the file's tensors`,
    });
  });
});

describe('the numbers of a tensor', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x3555, 0.333251953125],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('decode the half-precision float %s as %s', (bits, value) => {
    expect(fromHalf(bits)).toBe(value);
  });

  it('are the same from every dtype that can represent them', () => {
    const values = [0, 1, 2, 100];
    const files = {
      F32: Float32Array.from(values),
      F64: Float64Array.from(values),
      BF16: Uint16Array.from([0, 0x3f80, 0x4000, 0x42c8]),
      F16: Uint16Array.from([0, 0x3c00, 0x4000, 0x5640]),
      I64: BigInt64Array.from(values.map(BigInt)),
      I32: Int32Array.from(values),
      I16: Int16Array.from(values),
      I8: Int8Array.from(values),
      U8: Uint8Array.from(values),
    };
    for (const [dtype, array] of Object.entries(files)) {
      const tensor = { dtype: dtype as keyof typeof files, shape: [4], bytes: new Uint8Array(array.buffer) };
      const { tensors } = decodeSafetensors(encodeSafetensors(new Map([['x', tensor]])));
      expect([...numbersOf(tensors.get('x')!)], dtype).toEqual(values);
    }
  });
});
