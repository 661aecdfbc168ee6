// Random networks of spatial layers: each next layer is any that fits the shape so far, with odd kernels, strides and paddings. After a few
// training steps, every backend agrees with the reference, statistics included.

import { expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { uniforms } from '#engine/random.ts';
import { readModel } from '#training/model/model.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from './backends.ts';
import { expectClose } from './fixture.ts';
import { smallJob, watching } from './job.ts';

function draw(seed: number) {
  const numbers = uniforms(seed, 77, 20_000);
  let used = 0;
  const next = () => numbers[used++ % numbers.length]!;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const flat = next() < 0.4;
  const sizes = [1, 3, 4, 5, 7, 8, 9];
  const shape = flat ? [pick([1, 2, 3]), pick(sizes)] : [pick([1, 2, 3]), pick(sizes), pick(sizes)];
  const each = (values: readonly number[]) =>
    next() < 0.5 ? pick(values) : shape.slice(1).map(() => pick(values));
  const rank = `${shape.length - 1}d`;
  const candidates = [
    () => ({
      type: `Conv${rank}`,
      out_channels: pick([1, 2, 4, 5, 6]),
      kernel_size: each([1, 2, 3, 4]),
      ...(next() < 0.3 ? { padding: 'same' } : { stride: each([1, 2, 3]), padding: each([0, 1, 2]) }),
      dilation: each([1, 2]),
      groups: pick([1, 1, 2, 3]),
      bias: next() < 0.5,
    }),
    () => ({
      type: 'ConvTranspose2d',
      out_channels: pick([1, 2, 3]),
      kernel_size: each([1, 2, 3]),
      stride: each([1, 2]),
      padding: each([0, 1]),
      groups: pick([1, 2]),
    }),
    () => ({
      type: `MaxPool${rank}`,
      kernel_size: each([2, 3]),
      ...(next() < 0.5 ? {} : { stride: each([1, 2, 4]), padding: each([0, 1]), dilation: each([1, 2]) }),
      ceil_mode: next() < 0.5,
    }),
    () => ({
      type: `AvgPool${rank}`,
      kernel_size: each([2, 3]),
      ...(next() < 0.5 ? {} : { stride: each([1, 2, 4]), padding: each([0, 1]) }),
      ceil_mode: next() < 0.5,
      count_include_pad: next() < 0.5,
    }),
    () => ({ type: `AdaptiveAvgPool${rank}`, output_size: each([1, 2, 3, 5]) }),
    () => ({ type: `BatchNorm${rank}`, affine: next() < 0.7, momentum: pick([0.1, 0.3, null]) }),
    () => ({ type: 'GroupNorm', num_groups: pick([1, 2, 3]) }),
    () => ({
      type: 'Permute',
      dims: flat
        ? [0, 2, 1]
        : pick([
            [0, 1, 3, 2],
            [0, 3, 1, 2],
          ]),
    }),
    () => ({ type: 'Dropout2d', p: 0.3 }),
    // No ReLU: normalized values have mean 0, and rounding decides on which side of 0 that falls.
    () => 'Tanh',
    () => 'Sigmoid',
  ];
  const layers: unknown[] = [];
  for (let tries = 0; tries < 12 && layers.length < 6; tries++) {
    const layer = pick(candidates)();
    const { details } = readModel({ input: { shape }, layers: [...layers, layer] }, 'model');
    if (details.length === 0) layers.push(layer);
  }
  layers.push('Flatten', { type: 'Linear', out_features: 3 });
  const count = 11;
  const nested = ([size, ...rest]: number[]): unknown =>
    size === undefined ? next() * 4 - 2 : Array.from({ length: size }, () => nested(rest));
  return {
    over: {
      model: { layers },
      // Adam follows the sign of a gradient however small it is: for one that is 0 up to rounding, backends would diverge.
      training: {
        optimizer: { type: 'SGD', lr: 0.02, momentum: 0.9 },
        batch_size: 4,
        epochs: 2,
        drop_last: false,
        validation_split: 0,
      },
      seed,
    },
    data: {
      inputs: Array.from({ length: count }, () => nested(shape)),
      targets: Array.from({ length: count }, () => Math.floor(next() * 3)),
    },
  };
}

it.each(Array.from({ length: 30 }, (_, seed) => seed))('network %d', async (seed) => {
  const { over, data } = draw(seed);
  const { spec, table } = await smallJob(over, data);
  const expected = await train(spec, table, watching(), { backend: reference });
  const { states } = decodeArtifact(expected.model);
  for (const [name, backend] of backends) {
    if (name === 'reference') continue;
    const result = await train(spec, table, watching(), { backend });
    expect(result.outcome).toBe(expected.outcome);
    const got = decodeArtifact(result.model).states;
    for (const part of Object.keys(states)) expectClose(got[part]!, [...states[part]!], 5e-4);
  }
});
