import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import { checkInline, readInline } from '#training/data/formats/inline.ts';

const details = (inputs: unknown[], targets: unknown[]) =>
  checkInline({ inputs, targets }, 'dataset').details;

describe('inline arrays', () => {
  it('become a table with the shape of the first sample', () => {
    const { info, table, preview } = readInline({
      inputs: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      targets: [1, 0],
    });
    expect(info).toMatchObject({ source: 'inline', samples: 2, input_shape: [2, 2], features: null });
    expect(info.target).toEqual({
      name: null,
      kind: 'numbers',
      shape: [],
      labels: null,
      min: 0,
      max: 1,
      min_row: 1,
      max_row: 0,
      second_min: { value: 1, row: 0 },
      second_max: { value: 0, row: 1 },
      integral: true,
    });
    expect([...table.inputs]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...table.targets]).toEqual([1, 0]);
    expect(preview.columns).toEqual(['inputs', 'targets']);
  });

  it('may have vector targets', () => {
    const { info } = readInline({
      inputs: [[1], [2]],
      targets: [
        [0.5, -1],
        [2, 3],
      ],
    });
    expect(info.target).toMatchObject({
      shape: [2],
      min: -1,
      max: 3,
      min_row: 0,
      max_row: 1,
      integral: false,
    });
  });

  it.each<[string, unknown[], unknown[], [string, string][]]>([
    [
      'null',
      [
        [1, 2],
        [3, null],
      ],
      [0, 1],
      [['dataset.inputs[1][1]', 'null where a number is expected']],
    ],
    [
      'text',
      [
        [1, 2],
        ['x', 2],
      ],
      [0, 1],
      [['dataset.inputs[1][0]', '"x" is text, not a number']],
    ],
    [
      'an infinity',
      [
        [1, 2],
        [3, Number.POSITIVE_INFINITY],
      ],
      [0, 1],
      [['dataset.inputs[1][1]', 'Infinity is not a finite number']],
    ],
    ['too large a number', [[1e39]], [0], [['dataset.inputs[0][0]', '1e+39 is beyond the range of float32']]],
    [
      'a short row',
      [[1, 2], [3]],
      [0, 1],
      [['dataset.inputs[1]', '1 entries, but the first sample has 2 here']],
    ],
    [
      'a flat row',
      [[1, 2], 3],
      [0, 1],
      [['dataset.inputs[1]', 'the number 3, but the first sample has an array of 2 here']],
    ],
    [
      'a deep cell',
      [
        [1, 2],
        [3, [4]],
      ],
      [0, 1],
      [['dataset.inputs[1][1]', 'an array where a number is expected']],
    ],
    ['a bad target', [[1], [2]], [0, 'one'], [['dataset.targets[1]', '"one" is text, not a number']]],
    ['empty rows', [[], []], [0, 1], [['dataset.inputs[0]', 'an empty array']]],
  ])('with %s are rejected by path', (_, inputs, targets, expected) => {
    expect(details(inputs, targets).map(({ param, message }) => [param, message])).toEqual(expected);
  });

  it('report all problems at once, at most a hundred for inputs and for targets', () => {
    expect(details([['a', 1], [2], [1, null]], [0, null]).map((detail) => detail.param)).toEqual([
      'dataset.targets',
      'dataset.inputs[0][0]',
      'dataset.inputs[1]',
      'dataset.inputs[2][1]',
      'dataset.targets[1]',
    ]);
    expect(details(new Array(500).fill([null]), new Array(500).fill(null))).toHaveLength(200);
  });

  it('need at least one sample, and as many targets as inputs', () => {
    expect(details([], [])).toMatchObject([{ param: 'dataset.inputs', code: 'empty' }]);
    expect(details([[1], [2]], [1])).toMatchObject([{ param: 'dataset.targets', code: 'size_mismatch' }]);
    expect(details([1, 2], [1, 2])[0]!.message).toContain('must be an array of numbers');
  });

  it('nested a thousand deep, or with a sample over the limit, are rejected before anything is allocated', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 1000; i++) deep = [deep];
    expect(details([deep], [1])).toMatchObject([{ param: 'dataset.inputs[0]', code: 'invalid_shape' }]);
    const wide = new Array(16_001).fill(new Array(1000).fill(0));
    expect(details([wide], [1])).toMatchObject([{ code: 'too_big' }]);
  });

  it('throw a Problem when invalid', () => {
    expect(() => readInline({ inputs: [[null]], targets: [0] })).toThrow(Problem);
  });
});
