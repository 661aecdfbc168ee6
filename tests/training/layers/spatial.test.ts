// Spatial layers: the errors they report, in the user's terms; their parameter initialization; and their counts of multiply-adds and
// parameters.

import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { readModel } from '#training/model/model.ts';
import { initialNetwork, layoutOf, parametersOf } from '#training/model/network.ts';

function messages(shape: number[], ...layers: unknown[]): string[] {
  const { details } = readModel({ input: { shape }, layers }, 'model');
  return details.map(({ param, message }) => `${param}: ${message}`);
}

const conv = { type: 'Conv2d', out_channels: 4, kernel_size: 3 };

describe('rejects mismatched shapes and names both', () => {
  it.each<[string, number[], unknown, string]>([
    [
      'a vector for an image',
      [10],
      conv,
      'model.layers[0]: layers[0] (Conv2d): takes [channels, height, width], but [10] arrives from the input [10]',
    ],
    [
      'an image for a length',
      [3, 8, 8],
      { type: 'MaxPool1d', kernel_size: 2 },
      'model.layers[0]: layers[0] (MaxPool1d): takes [channels, length], but [3, 8, 8] arrives from the input [3, 8, 8]',
    ],
    [
      'other channels than given',
      [3, 8, 8],
      { ...conv, name: 'conv1', in_channels: 1 },
      'model.layers[0].in_channels: layers[0] (Conv2d "conv1"): in_channels 1 given, but 3 arrive from the input [3, 8, 8]',
    ],
    [
      'a kernel larger than the image',
      [1, 5, 8],
      { ...conv, kernel_size: [7, 3] },
      'model.layers[0].kernel_size: layers[0] (Conv2d): kernel_size [7, 3] is larger than the [1, 5, 8] that arrives from the input [1, 5, 8]',
    ],
    [
      'and larger than the padded image, dilated',
      [1, 5, 8],
      { ...conv, padding: 1, dilation: 4 },
      'model.layers[0].kernel_size: layers[0] (Conv2d): kernel_size [3, 3] ([9, 9] with its dilation) is larger than the [1, 5, 8] ([7, 10] with its padding) that arrives from the input [1, 5, 8]',
    ],
    [
      'groups that do not divide',
      [3, 8, 8],
      { ...conv, groups: 2 },
      'model.layers[0].groups: layers[0] (Conv2d): groups 2 must divide the 3 in_channels',
    ],
    [
      'a stride beside padding "same"',
      [3, 8, 8],
      { ...conv, padding: 'same', stride: 2 },
      'model.layers[0].padding: layers[0] (Conv2d): padding "same" keeps the size, but stride 2 does not',
    ],
    [
      'a window larger than the image',
      [1, 5, 8],
      { type: 'MaxPool2d', kernel_size: 6 },
      'model.layers[0].kernel_size: layers[0] (MaxPool2d): kernel_size [6, 6] is larger than the [1, 5, 8] that arrives from the input [1, 5, 8]',
    ],
    [
      'padding that a window could lie in',
      [1, 9],
      { type: 'AvgPool1d', kernel_size: 3, padding: 2 },
      'model.layers[0].padding: layers[0] (AvgPool1d): padding [2] is more than half of kernel_size [3]',
    ],
    [
      'overlapping windows too large to differentiate',
      [1, 500],
      { type: 'MaxPool1d', kernel_size: 100, stride: 1 },
      'model.layers[0].kernel_size: layers[0] (MaxPool1d): windows of 100 elements overlap, and the limit for those is 64; a stride of that size avoids overlaps',
    ],
    [
      'a window of nothing but padding',
      [1, 1],
      { type: 'MaxPool1d', kernel_size: 2, padding: 1, dilation: 2 },
      'model.layers[0].padding: layers[0] (MaxPool1d): a window that covers only padding would be −∞: with this dilation, it misses all of the [1, 1] from the input [1, 1]',
    ],
    [
      'other features than given',
      [5],
      { type: 'BatchNorm1d', num_features: 4 },
      'model.layers[0].num_features: layers[0] (BatchNorm1d): num_features 4 given, but 5 arrive from the input [5]',
    ],
    [
      'a vector for BatchNorm2d',
      [5],
      'BatchNorm2d',
      'model.layers[0]: layers[0] (BatchNorm2d): takes [channels, height, width], but [5] arrives from the input [5]',
    ],
    [
      'no running statistics',
      [5],
      { type: 'BatchNorm1d', track_running_stats: false },
      'model.layers[0].track_running_stats: must be true: with batch statistics alone, a result would depend on the rest of the batch',
    ],
    [
      'groups that do not divide the channels',
      [6, 4],
      { type: 'GroupNorm', num_groups: 4 },
      'model.layers[0].num_groups: layers[0] (GroupNorm): num_groups 4 must divide the 6 channels from the input [6, 4]',
    ],
    [
      'output_padding beyond the stride',
      [3, 4, 4],
      { type: 'ConvTranspose2d', out_channels: 2, kernel_size: 3, stride: 2, output_padding: 2 },
      'model.layers[0].output_padding: layers[0] (ConvTranspose2d): output_padding [2, 2] must be less than the stride [2, 2] or the dilation [1, 1]',
    ],
    [
      'padding that leaves nothing',
      [3, 2, 2],
      { type: 'ConvTranspose2d', out_channels: 2, kernel_size: 1, padding: 1 },
      'model.layers[0].padding: layers[0] (ConvTranspose2d): padding [1, 1] crops away the whole output of the [3, 2, 2] from the input [3, 2, 2]',
    ],
    [
      'sizes that do not multiply',
      [10],
      { type: 'Unflatten', dim: 1, unflattened_size: [3, 4] },
      'model.layers[0].unflattened_size: layers[0] (Unflatten): unflattened_size [3, 4] does not make 10, the size of dim 1 of [10] from the input [10]',
    ],
    [
      'a batch that moves',
      [3, 4],
      { type: 'Permute', dims: [1, 0, 2] },
      'model.layers[0].dims: layers[0] (Permute): dims [1, 0, 2] move the batch (0), which must stay first',
    ],
    [
      'dimensions named twice',
      [3, 4],
      { type: 'Permute', dims: [0, 2, 2] },
      'model.layers[0].dims: layers[0] (Permute): dims [0, 2, 2] must name each of the 3 dimensions of [batch, 3, 4], which arrive from the input [3, 4], once',
    ],
  ])('%s', (_, shape, layer, expected) => {
    expect(messages(shape, layer)).toEqual([expected]);
  });

  it.each<[unknown, RegExp]>([
    [{ ...conv, kernel_size: 0 }, /kernel_size: must be at least 1/],
    [{ ...conv, kernel_size: [3] }, /kernel_size: must have 2 numbers/],
    [{ ...conv, kernel_size: '3' }, /kernel_size: must be a whole number, or \[height, width\]/],
    [{ ...conv, kernel_size: [3, 2.5] }, /kernel_size\[1\]: must be a whole number/],
    [{ ...conv, padding: -1 }, /padding: must be at least 0/],
    [{ ...conv, padding: 'full' }, /padding: /],
    [{ ...conv, padding_mode: 'reflect' }, /padding_mode: /],
    [{ ...conv, in_chanels: 1 }, /in_chanels: .*did you mean "in_channels"/],
    [{ ...conv, padding: 1e9 }, /padding: must be at most 1000000, the limit/],
  ])('and rejects invalid arguments: %j', (layer, expected) => {
    expect(messages([1, 8, 8], layer).join('\n')).toMatch(expected);
  });

  it.each<[string, object]>([
    ['a padded input', { ...conv, padding: 1e5, stride: 1e5 }],
    ['a spread input', { type: 'ConvTranspose2d', out_channels: 1, kernel_size: 1, stride: 1e5 }],
    ['windows', { type: 'MaxPool2d', kernel_size: 1e5, padding: 5e4, stride: 1e5 }],
    ['an averaging matrix', { type: 'AdaptiveAvgPool2d', output_size: [999_983, 1] }],
  ])('rejects %s over the limits without allocating anything', (_, layer) => {
    expect(messages([1, 30, 30], layer).join('\n')).toMatch(/the limit is 16000000|do not divide evenly/);
  });
});

describe('parameters are initialized like torch', () => {
  it.each<[string, number[], object, number]>([
    ['Conv2d', [4, 9, 9], { type: 'Conv2d', out_channels: 64, kernel_size: [3, 5], groups: 2 }, 2 * 15],
    ['Conv1d', [4, 9], { type: 'Conv1d', out_channels: 64, kernel_size: 3 }, 4 * 3],
    // torch computes the fan_in of a transposed convolution from its output channels.
    [
      'ConvTranspose2d',
      [64, 9, 9],
      { type: 'ConvTranspose2d', out_channels: 6, kernel_size: 3, groups: 2 },
      3 * 9,
    ],
  ])('%s: uniform within 1/√fan_in', (_, shape, layer, fanIn) => {
    const { value: model } = readModel({ input: { shape }, layers: [layer] }, 'model');
    const layout = layoutOf(model!);
    const { theta } = initialNetwork(model!, layout, 1);
    const bound = 1 / Math.sqrt(fanIn);
    for (const [i, { shape }] of parametersOf(model!).entries()) {
      const { offset } = layout.theta.slots[i]!;
      const values = theta!.subarray(offset, offset + shape.reduce((product, n) => product * n, 1));
      const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largest).toBeLessThanOrEqual(bound);
      expect(largest).toBeGreaterThan(bound * (values.length > 500 ? 0.99 : 0.5));
    }
  });

  it('BatchNorm2d: weight 1, bias 0, running mean 0 and variance 1', () => {
    const { value: model } = readModel({ input: { shape: [4, 2, 2] }, layers: ['BatchNorm2d'] }, 'model');
    const layout = layoutOf(model!);
    const states = initialNetwork(model!, layout, 1);
    const starts = (['theta', 'buffers'] as const).flatMap((part) =>
      layout[part].slots.map(({ key, offset, shape: [size = 1] }) => [
        key,
        [...states[part]!.subarray(offset, offset + size)],
      ]),
    );
    expect(Object.fromEntries(starts)).toEqual({
      '0.weight': [1, 1, 1, 1],
      '0.bias': [0, 0, 0, 0],
      '0.running_mean': [0, 0, 0, 0],
      '0.running_var': [1, 1, 1, 1],
      '0.num_batches_tracked': [0],
    });
  });
});

it('a report counts multiply-adds and parameters', () => {
  const { report } = validateModel({
    input: { shape: [3, 32, 32] },
    layers: [
      { type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1 },
      { type: 'MaxPool2d', kernel_size: 2 },
      { type: 'ConvTranspose2d', out_channels: 1, kernel_size: 2, stride: 2, bias: false },
    ],
  });
  const counts = report!.layers.map(({ output_shape, parameters, flops }) => [
    output_shape,
    parameters,
    flops,
  ]);
  expect(counts).toEqual([
    [[8, 32, 32], 3 * 8 * 9 + 8, (2 * 27 + 1) * 8 * 1024],
    [[8, 16, 16], 0, 4 * 8 * 256],
    [[1, 32, 32], 8 * 4, 2 * 8 * 256 * 4],
  ]);
});

describe('batch statistics of a single value', () => {
  const { table } = readInline({
    inputs: Array.from({ length: 9 }, (_, i) => [i, -i]),
    targets: Array.from({ length: 9 }, (_, i) => i % 2),
  });
  const problems = async (training: object, ...layers: unknown[]) => {
    const { details } = await validateJob(
      {
        model: { input: { shape: [2] }, layers: [...layers, { type: 'Linear', out_features: 2 }] },
        dataset: 'ds_',
        training: { loss: 'CrossEntropyLoss', batch_size: 4, ...training },
      },
      async () => table.info,
    );
    return details.map(({ param, message }) => `${param}: ${message}`);
  };

  it('are rejected for a last batch of one sample, with suggestions', async () => {
    expect(await problems({}, 'BatchNorm1d')).toEqual([
      'training.batch_size: layers[0] (BatchNorm1d): needs 2 samples in every batch, the last batch of 9 training samples has 1; another batch_size, or drop_last: true, helps',
    ]);
  });

  it('are rejected for batches of one', async () => {
    expect(await problems({ batch_size: 1 }, 'BatchNorm1d')).toEqual([
      'training.batch_size: layers[0] (BatchNorm1d): needs 2 samples in every batch, a batch has 1; another batch_size helps',
    ]);
  });

  it('cannot occur if drop_last drops that batch, or if a channel has several values', async () => {
    expect(await problems({ drop_last: true }, 'BatchNorm1d')).toEqual([]);
    const channels = { type: 'Unflatten', dim: 1, unflattened_size: [1, 2] };
    expect(await problems({}, channels, 'BatchNorm1d', 'Flatten')).toEqual([]);
  });
});
