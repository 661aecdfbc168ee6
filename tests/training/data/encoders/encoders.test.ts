import { describe, expect, it } from 'vitest';
import type { Column } from '#contracts/datasets/dataset.ts';
import { CategoryPreprocess, NumberPreprocess } from '#contracts/training/column-preprocess.ts';
import { hashOf, unknownCode } from '#training/data/columns/raw.ts';
import {
  type Encoder,
  encode,
  takesMissing,
  takesUnknown,
  widthOf,
} from '#training/data/encoders/encoder.ts';
import { fitCategory } from '#training/data/encoders/fit-category.ts';
import { fitNumber } from '#training/data/encoders/fit-number.ts';
import { plannedInputs } from '#training/data/encoders/inputs.ts';

const NUMBER: Column = { name: 'x', type: 'number', missing: 0 };

const numbers = (values: readonly number[], how: Partial<NumberPreprocess>) => {
  const full = NumberPreprocess.parse({ scale: 'none', ...how });
  const holes = values.some(Number.isNaN) || full.indicator || full.missing !== 'mean';
  const encoder = fitNumber(NUMBER, full, Float64Array.from(values), holes);
  expect(plannedInputs({ kind: 'number', column: NUMBER, how: full })).toHaveLength(widthOf(encoder));
  return encoder;
};
const inputs = (encoder: Encoder, raw: readonly number[]) => {
  const out = new Float32Array(raw.length * widthOf(encoder));
  for (const [i, value] of raw.entries()) encode(encoder, value, out, i * widthOf(encoder));
  return [...out];
};
const shown = (values: readonly number[], how: Partial<NumberPreprocess>, raw = values) =>
  inputs(numbers(values, how), raw).map((value) => Number(value.toFixed(6)));

// Examples from scikit-learn's documentation, and values worked by hand from its definitions.
describe('numbers', () => {
  it('standardized match StandardScaler; a constant becomes 0', () => {
    expect(shown([0, 0, 1, 1], { scale: 'standardize' })).toEqual([-1, -1, 1, 1]);
    expect(shown([0.1, 0.1, 0.1], { scale: 'standardize' })).toEqual([0, 0, 0]);
  });

  it('scaled by min and max match MinMaxScaler, even outside the fitted range', () => {
    expect(shown([-1, -0.5, 0, 1], { scale: 'min_max' })).toEqual([0, 0.25, 0.5, 1]);
    expect(shown([2, 6, 10, 18], { scale: 'min_max' }, [2, 34])).toEqual([0, 2]);
    expect(shown([7, 7], { scale: 'min_max' })).toEqual([0, 0]);
  });

  it('scaled by median and quartiles match RobustScaler', () => {
    expect(shown([1, -2, 4], { scale: 'robust' })).toEqual([0, -1, 1]);
    expect(shown([-2, 1, 1], { scale: 'robust' })).toEqual([-2, 0, 0]);
    expect(shown([2, 3, -2], { scale: 'robust' })).toEqual([0, 0.4, -1.6]);
  });

  it('scaled by logarithm are standardized afterwards', () => {
    // log(1 + x) is 0, 1 and 2: mean 1, standard deviation √(2/3).
    const x = [0, Math.E - 1, Math.E ** 2 - 1];
    expect(shown(x, { scale: 'log' })).toEqual(
      [-1, 0, 1].map((y) => Number((y / Math.sqrt(2 / 3)).toFixed(6))),
    );
    expect(shown(x, { scale: 'log' }, [1 - Math.E])[0]).toBeCloseTo(-2 / Math.sqrt(2 / 3), 5);
  });

  it('scaled by quantiles match QuantileTransformer: ties get the middle of their ranks', () => {
    const x = [0, 1, 1, 2, 10];
    expect(shown(x, { scale: 'quantile' }, [-5, 0, 0.5, 1, 1.5, 2, 6, 10, 99])).toEqual([
      ...[0, 0, 0.125, 0.375, 0.625, 0.75, 0.875, 1, 1],
    ]);
    expect(shown([3, 3, 3], { scale: 'quantile' })).toEqual([0, 0, 0]);
  });

  it('given as bytes are divided by 255', () => {
    expect(shown([0, 51, 255], { scale: 'bytes' })).toEqual([0, 0.2, 1]);
  });

  it('are clipped before scaling, at given bounds or quantiles', () => {
    expect(shown([-9, 0, 1, 99], { clip: [0, 2], scale: 'min_max' })).toEqual([0, 0, 0.5, 1]);
    // numpy.percentile([0 … 10], [10, 90]) is 1 and 9.
    const ten = Array.from({ length: 11 }, (_, i) => i);
    expect(shown(ten, { clip: 0.1 }, [0, 5, 10])).toEqual([1, 5, 9]);
  });

  it('are imputed like SimpleImputer if missing', () => {
    const hole = Number.NaN;
    expect(shown([7, 4, 10], { missing: 'mean' })).toEqual([7, 4, 10]);
    expect(shown([2, hole, 5], {}, [hole])).toEqual([3.5]);
    expect(shown([1, 2, hole, 9], { missing: 'median' }, [hole])).toEqual([2]);
    expect(shown([3, 1, hole, 3, 1], { missing: 'most_frequent' }, [hole])).toEqual([1]);
    expect(shown([3, 1], { missing: -7 }, [hole, 3])).toEqual([-7, 3]);
    expect(shown([hole, hole], {}, [hole])).toEqual([0]);
  });

  it('can have one more input that flags missing values', () => {
    expect(shown([2, Number.NaN, 4], { indicator: true })).toEqual([2, 0, 3, 1, 4, 0]);
  });

  it('may be missing only if the training rows had missing values or a replacement is configured', () => {
    expect(takesMissing(numbers([1, 2], {}))).toBe(false);
    expect(takesMissing(numbers([1, Number.NaN], {}))).toBe(true);
    expect(takesMissing(numbers([1, 2], { missing: 0 }))).toBe(true);
  });
});

describe('datetimes', () => {
  it('become the scaled year, and sine and cosine of each cycle', () => {
    const column: Column = { name: 'day', type: 'datetime', missing: 0, parts: ['year', 'month', 'hour'] };
    const times = ['2023-01-01T00:00Z', '2025-01-01T00:00Z'].map((text) => Date.parse(text) / 1000);
    const how = NumberPreprocess.parse({ scale: 'min_max' });
    const encoder = fitNumber(column, how, Float64Array.from(times), false);
    const noon = Date.parse('2024-04-01T06:00Z') / 1000;
    const [year, ...rest] = inputs(encoder, [noon]);
    expect(year).toBeCloseTo((365 + 91 + 0.25) / 731, 3);
    // A quarter of the way through the year, and through the day.
    expect(rest.map((value) => Math.round(value * 1e6) / 1e6 + 0)).toEqual([1, 0, 1, 0]);
    expect(plannedInputs({ kind: 'number', column, how })).toHaveLength(widthOf(encoder));
  });
});

describe('categories', () => {
  const column = (...categories: string[]): Column => ({
    name: 'c',
    type: 'category',
    missing: 0,
    categories,
  });
  const fitted = (of: Column, given: Partial<CategoryPreprocess>, codes: readonly number[]) => {
    const how = CategoryPreprocess.parse(given);
    const encoder = fitCategory(of, how, Float64Array.from(codes));
    expect(plannedInputs({ kind: 'category', column: of, how })).toHaveLength(widthOf(encoder));
    return encoder;
  };
  const repeat = (counts: readonly number[]) =>
    counts.flatMap((count, code) => Array<number>(count).fill(code));

  it('get one input each', () => {
    expect(inputs(fitted(column('a', 'b'), {}, [0, 1]), [1, 0])).toEqual([0, 1, 1, 0]);
  });

  it('that are rare share one input, as in OneHotEncoder', () => {
    // OneHotEncoder(max_categories=3) with 5 a, 20 b, 10 c and 3 d: b and c, with a and d as infrequent.
    const letters = column('a', 'b', 'c', 'd');
    const most = fitted(letters, { max_categories: 2 }, repeat([5, 20, 10, 3]));
    expect(inputs(most, [0, 1, 2, 3])).toEqual([...[0, 0, 1], ...[1, 0, 0], ...[0, 1, 0], ...[0, 0, 1]]);
    expect(takesUnknown(most)).toBe(true);
    // OneHotEncoder(min_frequency=6): the same groups.
    const rare = fitted(letters, { min_count: 6 }, repeat([5, 20, 10, 3]));
    expect(inputs(rare, [0, 3])).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('not seen in training map to one shared input, if enabled', () => {
    const refusing = fitted(column('a', 'b'), {}, [0, 1]);
    expect(takesUnknown(refusing)).toBe(false);
    const taking = fitted(column('a', 'b'), { unknown: 'other' }, [0, 1]);
    expect(inputs(taking, [1, unknownCode('new')])).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('in one input are ordinal, with unknown ones last, as in OrdinalEncoder', () => {
    const places = fitted(column('a', 'b', 'c'), { encode: 'ordinal', unknown: 'other' }, [0, 1, 2]);
    expect(inputs(places, [2, 0, unknownCode('new')])).toEqual([2, 0, 3]);
  });

  it('encoded by hash need no list', () => {
    const hashed = fitted(column('a', 'b'), { encode: 'hash', buckets: 4 }, [0, 1]);
    const at = (text: string) => Array.from({ length: 4 }, (_, i) => Number(i === hashOf(text) % 4));
    expect(inputs(hashed, [0, 1, unknownCode('new')])).toEqual([...at('a'), ...at('b'), ...at('new')]);
    // The 32-bit FNV-1a hash of "a" is e40c292c.
    expect(hashOf('a')).toBe(0xe40c292c >>> 1);
  });

  it('that are empty can become the most frequent one', () => {
    const filled = fitted(column('', 'a', 'b'), { missing: 'most_frequent' }, [0, 0, 0, 1, 2, 2]);
    expect(inputs(filled, [0, 1, 2])).toEqual([0, 1, 1, 0, 0, 1]);
  });
});
