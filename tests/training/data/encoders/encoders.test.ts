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

// The examples of scikit-learn's documentation, and numbers worked by hand from its definitions.
describe('numbers', () => {
  it('standardized are those of StandardScaler; a constant becomes 0', () => {
    expect(shown([0, 0, 1, 1], { scale: 'standardize' })).toEqual([-1, -1, 1, 1]);
    expect(shown([0.1, 0.1, 0.1], { scale: 'standardize' })).toEqual([0, 0, 0]);
  });

  it('by min and max are those of MinMaxScaler, also beyond what was seen', () => {
    expect(shown([-1, -0.5, 0, 1], { scale: 'min_max' })).toEqual([0, 0.25, 0.5, 1]);
    expect(shown([2, 6, 10, 18], { scale: 'min_max' }, [2, 34])).toEqual([0, 2]);
    expect(shown([7, 7], { scale: 'min_max' })).toEqual([0, 0]);
  });

  it('by median and quartiles are those of RobustScaler', () => {
    expect(shown([1, -2, 4], { scale: 'robust' })).toEqual([0, -1, 1]);
    expect(shown([-2, 1, 1], { scale: 'robust' })).toEqual([-2, 0, 0]);
    expect(shown([2, 3, -2], { scale: 'robust' })).toEqual([0, 0.4, -1.6]);
  });

  it('by logarithm are standardized afterwards', () => {
    // log(1 + x) is 0, 1 and 2: mean 1, deviation √(2/3).
    const x = [0, Math.E - 1, Math.E ** 2 - 1];
    expect(shown(x, { scale: 'log' })).toEqual(
      [-1, 0, 1].map((y) => Number((y / Math.sqrt(2 / 3)).toFixed(6))),
    );
    expect(shown(x, { scale: 'log' }, [1 - Math.E])[0]).toBeCloseTo(-2 / Math.sqrt(2 / 3), 5);
  });

  it('by quantiles are those of QuantileTransformer: equal ones have the middle of their ranks', () => {
    const x = [0, 1, 1, 2, 10];
    expect(shown(x, { scale: 'quantile' }, [-5, 0, 0.5, 1, 1.5, 2, 6, 10, 99])).toEqual([
      ...[0, 0, 0.125, 0.375, 0.625, 0.75, 0.875, 1, 1],
    ]);
    expect(shown([3, 3, 3], { scale: 'quantile' })).toEqual([0, 0, 0]);
  });

  it('as bytes are divided by 255', () => {
    expect(shown([0, 51, 255], { scale: 'bytes' })).toEqual([0, 0.2, 1]);
  });

  it('are clipped before they are scaled, at bounds or at shares of the rows', () => {
    expect(shown([-9, 0, 1, 99], { clip: [0, 2], scale: 'min_max' })).toEqual([0, 0, 0.5, 1]);
    // numpy.percentile([0 … 10], [10, 90]) is 1 and 9.
    const ten = Array.from({ length: 11 }, (_, i) => i);
    expect(shown(ten, { clip: 0.1 }, [0, 5, 10])).toEqual([1, 5, 9]);
  });

  it('that are missing become what SimpleImputer puts there', () => {
    const hole = Number.NaN;
    expect(shown([7, 4, 10], { missing: 'mean' })).toEqual([7, 4, 10]);
    expect(shown([2, hole, 5], {}, [hole])).toEqual([3.5]);
    expect(shown([1, 2, hole, 9], { missing: 'median' }, [hole])).toEqual([2]);
    expect(shown([3, 1, hole, 3, 1], { missing: 'most_frequent' }, [hole])).toEqual([1]);
    expect(shown([3, 1], { missing: -7 }, [hole, 3])).toEqual([-7, 3]);
    expect(shown([hole, hole], {}, [hole])).toEqual([0]);
  });

  it('that are missing can be marked by one more input', () => {
    expect(shown([2, Number.NaN, 4], { indicator: true })).toEqual([2, 0, 3, 1, 4, 0]);
  });

  it('are taken when they are missing only where that was seen or said', () => {
    expect(takesMissing(numbers([1, 2], {}))).toBe(false);
    expect(takesMissing(numbers([1, Number.NaN], {}))).toBe(true);
    expect(takesMissing(numbers([1, 2], { missing: 0 }))).toBe(true);
  });
});

describe('datetimes', () => {
  it('are the year, scaled, and sine and cosine of what comes again', () => {
    const column: Column = { name: 'day', type: 'datetime', missing: 0, parts: ['year', 'month', 'hour'] };
    const times = ['2023-01-01T00:00Z', '2025-01-01T00:00Z'].map((text) => Date.parse(text) / 1000);
    const how = NumberPreprocess.parse({ scale: 'min_max' });
    const encoder = fitNumber(column, how, Float64Array.from(times), false);
    const noon = Date.parse('2024-04-01T06:00Z') / 1000;
    const [year, ...rest] = inputs(encoder, [noon]);
    expect(year).toBeCloseTo((365 + 91 + 0.25) / 731, 3);
    // A quarter of the year, and of the day.
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

  it('have an input each', () => {
    expect(inputs(fitted(column('a', 'b'), {}, [0, 1]), [1, 0])).toEqual([0, 1, 1, 0]);
  });

  it('that are rare share one, as in OneHotEncoder', () => {
    // OneHotEncoder(max_categories=3) of 5 a, 20 b, 10 c and 3 d: b, c, and a and d as infrequent ones.
    const letters = column('a', 'b', 'c', 'd');
    const most = fitted(letters, { max_categories: 2 }, repeat([5, 20, 10, 3]));
    expect(inputs(most, [0, 1, 2, 3])).toEqual([...[0, 0, 1], ...[1, 0, 0], ...[0, 1, 0], ...[0, 0, 1]]);
    expect(takesUnknown(most)).toBe(true);
    // OneHotEncoder(min_frequency=6): the same groups.
    const rare = fitted(letters, { min_count: 6 }, repeat([5, 20, 10, 3]));
    expect(inputs(rare, [0, 3])).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });

  it('that the dataset does not have are one of all others, where that is said', () => {
    const refusing = fitted(column('a', 'b'), {}, [0, 1]);
    expect(takesUnknown(refusing)).toBe(false);
    const taking = fitted(column('a', 'b'), { unknown: 'other' }, [0, 1]);
    expect(inputs(taking, [1, unknownCode('new')])).toEqual([0, 1, 0, 0, 0, 1]);
  });

  it('in one input are their places in order, the unknown after the last, as in OrdinalEncoder', () => {
    const places = fitted(column('a', 'b', 'c'), { encode: 'ordinal', unknown: 'other' }, [0, 1, 2]);
    expect(inputs(places, [2, 0, unknownCode('new')])).toEqual([2, 0, 3]);
  });

  it('by their hash need no list of them', () => {
    const hashed = fitted(column('a', 'b'), { encode: 'hash', buckets: 4 }, [0, 1]);
    const at = (text: string) => Array.from({ length: 4 }, (_, i) => Number(i === hashOf(text) % 4));
    expect(inputs(hashed, [0, 1, unknownCode('new')])).toEqual([...at('a'), ...at('b'), ...at('new')]);
    // FNV-1a of "a", 32 bits, is e40c292c.
    expect(hashOf('a')).toBe(0xe40c292c >>> 1);
  });

  it('that are empty can be the most frequent one', () => {
    const filled = fitted(column('', 'a', 'b'), { missing: 'most_frequent' }, [0, 0, 0, 1, 2, 2]);
    expect(inputs(filled, [0, 1, 2])).toEqual([0, 1, 1, 0, 0, 1]);
  });
});
