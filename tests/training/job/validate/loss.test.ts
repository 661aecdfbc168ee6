// Validating the loss against the model's output and the dataset's targets.

import { describe, expect, it } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { INFO, JOB, model, numbers, problems } from './valid-job.ts';

describe('a loss that does not fit', () => {
  const refused = (loss: string | object, output: unknown, info: DatasetInfo) =>
    problems(
      { ...JOB, model: typeof output === 'number' ? model(output) : output, training: { loss } },
      info,
    );

  it.each<[string | object, number, DatasetInfo, RegExp]>([
    [
      'CrossEntropyLoss',
      2,
      INFO,
      /training\.loss: the targets have 3 classes, but the model's output \[2\] has fewer/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({ shape: [2] }),
      /dataset: .* one class index per sample, but the targets are \[2\]/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({ min: 0.5, integral: false, fraction_row: 9 }),
      /dataset: .* not every target is a whole number \(column "y", row 9\)/,
    ],
    [
      'NLLLoss',
      3,
      numbers({ max: 3, max_row: 5 }),
      /dataset: NLLLoss takes .* a target 3 \(column "y", row 5\)/,
    ],
    [
      { type: 'CrossEntropyLoss', weight: [1, 2] },
      3,
      numbers({ max: 2 }),
      /training\.loss: weight has 2 numbers, but the output \[3\] has 3 classes/,
    ],
    [
      { type: 'CrossEntropyLoss', ignore_index: -1 },
      3,
      numbers({
        min: -1,
        min_row: 2,
        second_min: { value: -0, row: 3 },
        second_max: { value: 4, row: 7 },
        max: 5,
        max_row: 6,
      }),
      /dataset: .* a target 5 \(column "y", row 6\)/,
    ],
    [
      { type: 'CrossEntropyLoss', ignore_index: 255 },
      3,
      numbers({ max: 255, second_min: { value: 1, row: 3 }, second_max: { value: 4, row: 7 } }),
      /dataset: .* a target 4 \(column "y", row 7\)/,
    ],
    [
      'CrossEntropyLoss',
      3,
      numbers({
        min: -100,
        min_row: 1,
        second_min: { value: -3, row: 8 },
        second_max: { value: 1, row: 3 },
        max: 2,
      }),
      /dataset: .* a target -3 \(column "y", row 8\)/,
    ],
    ['L1Loss', 1, INFO, /dataset: L1Loss takes numbers, but the target is text of 3 classes/],
    [
      'HuberLoss',
      2,
      numbers({ shape: [3] }),
      /training\.loss: HuberLoss needs outputs and targets of the same shape/,
    ],
    [{ type: 'HuberLoss', delta: 0 }, 1, numbers({}), /training\.loss\.delta: must be above 0/],
    [
      'BCELoss',
      1,
      numbers({ max: 2, max_row: 4 }),
      /dataset: BCELoss takes targets from 0 to 1, .* a target 2/,
    ],
    [
      { type: 'BCEWithLogitsLoss', pos_weight: [1, 2] },
      3,
      numbers({ shape: [3], max: 1 }),
      /training\.loss: pos_weight has 2 numbers, but the output \[3\] has 3 elements/,
    ],
    ['KLDivLoss', 3, INFO, /dataset: KLDivLoss takes probabilities, but the target is text of 3 classes/],
    [
      'KLDivLoss',
      3,
      numbers({ shape: [3], min: -1, min_row: 4 }),
      /dataset: .* a target -1 \(set log_target if they are log-probabilities\) \(column "y", row 4\)/,
    ],
    ['MSELoss', 1, INFO, /dataset: MSELoss takes numbers, but the target is text of 3 classes/],
    [
      'MSELoss',
      3,
      numbers({}),
      /training\.loss: .* the model gives \[3\], but the targets are \[\] \(one number per sample: the output must be \[1\]\)/,
    ],
    [
      'MSELoss',
      2,
      numbers({ shape: [3] }),
      /training\.loss: .* the model gives \[2\], but the targets are \[3\]/,
    ],
    ['BCEWithLogitsLoss', 2, numbers({ max: 1 }), /training\.loss: .* the output must be \[1\]/],
    [
      'BCEWithLogitsLoss',
      1,
      INFO,
      /dataset: BCEWithLogitsLoss distinguishes two classes, but the targets have 3/,
    ],
    [
      'BCEWithLogitsLoss',
      1,
      numbers({ max: 2, max_row: 4 }),
      /dataset: .* from 0 to 1, but there is a target 2 \(column "y", row 4\)/,
    ],
    [
      'BCEWithLogitsLoss',
      1,
      numbers({ min: -1, max: 1, min_row: 3 }),
      /dataset: .* there is a target -1 \(column "y", row 3\)/,
    ],
  ])('is refused: %j on output [%j]', async (loss, output, info, message) => {
    expect((await refused(loss, output, info))[0]).toMatch(message);
  });

  it('is refused: CrossEntropyLoss on an output of several dimensions, with a Flatten proposed', async () => {
    const deep = { input: { shape: [2, 4] }, layers: [{ type: 'Linear', out_features: 3 }] };
    expect((await refused('CrossEntropyLoss', deep, { ...INFO, input_shape: [2, 4] }))[0]).toBe(
      'training.loss: CrossEntropyLoss takes an output [classes], but the model gives [2, 3]; a Flatten before layers[0] (Linear) flattens its input [2, 4]',
    );
  });

  it('is refused: an output whose classes come last, for targets with positions', async () => {
    const deep = { input: { shape: [2, 4] }, layers: [{ type: 'Linear', out_features: 3 }] };
    expect(
      (await refused('CrossEntropyLoss', deep, { ...numbers({ shape: [2] }), input_shape: [2, 4] }))[0],
    ).toBe(
      'training.loss: CrossEntropyLoss takes an output [classes, 2] if the targets are [2], but the model gives [2, 3] (the classes come first: add a Permute)',
    );
  });

  it('names targets out of range by row, or by path in an inline dataset', async () => {
    const inputs = new Array(5).fill([1, 2, 3, 4]);
    const dataset = { inputs, targets: [0, 1, 2, 7, -1] };
    expect(await problems({ ...JOB, dataset })).toEqual([
      'dataset.targets[4]: CrossEntropyLoss takes class indices 0 to 2 (the output has 3 classes), but there is a target -1',
      'dataset.targets[3]: CrossEntropyLoss takes class indices 0 to 2 (the output has 3 classes), but there is a target 7',
    ]);
    const { info } = readInline({ inputs, targets: [0, 1, 1.5, 2, 2] });
    expect(info.target.fraction_row).toBe(2);
  });
});
