// Times as whole steps from one row of a series to the next, however the table writes them.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { TimeAxis } from '#contracts/training/series.ts';
import { midnight } from '../data/formats/dates.ts';

const DAY = 86_400;
/** Fraction of a step: computed times are not exact. */
const TOLERANCE = 1e-6;

const MONTHS = Array.from({ length: 12 }, (_, month) =>
  new Date(Date.UTC(2024, month, 1)).toLocaleString('en', { month: 'long', timeZone: 'UTC' }).toLowerCase(),
);

/** The month (from 0) that an English name or a prefix of it denotes; −1 if none. */
function monthOf(word: string): number {
  const name = word.trim().toLowerCase().replace(/\.$/, '');
  if (name.length < 3) return -1;
  return MONTHS.findIndex((month) => month.startsWith(name) || (name === 'sept' && month === 'september'));
}

/** The time of a row: the raw values of its time columns. */
export type Raw = readonly number[];

/** The axis, or why the columns are not a time. Its step is 1 until rows have been compared. @param times of all rows */
export function axisOf(columns: readonly Column[], times: readonly Float64Array[]): TimeAxis | string {
  const [first, second] = columns as [Column, Column | undefined];
  if (second !== undefined) return cycleOf(first, second, times[1]!);
  if (first.type === 'number') return { kind: 'number', column: first.name, step: 1 };
  if (first.type !== 'datetime')
    return `column "${first.name}" is of type ${first.type}: a time is a number or a datetime`;
  return datetimeOf(first.name, times[0]!);
}

function datetimeOf(column: string, times: Float64Array): TimeAxis {
  const days = new Set<number>();
  const seconds = new Set<number>();
  let [ends, dates] = [true, true];
  for (const time of times) {
    if (Number.isNaN(time)) continue;
    const second = ((time % DAY) + DAY) % DAY;
    if (days.size < 2) days.add(new Date(time * 1000).getUTCDate());
    if (seconds.size < 2) seconds.add(second);
    dates &&= second === 0;
    ends &&= new Date((time + DAY) * 1000).getUTCDate() === 1;
  }
  const [day = 1] = days;
  const [second = 0] = seconds;
  const monthly = seconds.size === 1 && day <= 28 && days.size === 1 && times.length > 1;
  const unit = monthly ? 'months' : ends && seconds.size === 1 && days.size > 1 ? 'month_ends' : 'seconds';
  return { kind: 'datetime', column, unit, step: 1, day, second, date_only: dates };
}

function cycleOf(first: Column, second: Column, values: Float64Array): TimeAxis | string {
  if (first.type !== 'number')
    return `column "${first.name}" is of type ${first.type}: the first of two is a number, such as the year`;
  const columns: [string, string] = [first.name, second.name];
  const cycle = (words: (string | number)[], raw: number[]) =>
    ({ kind: 'cycle', columns, step: 1, words, raw }) as const;
  const { type, categories = [] } = second;
  if (type === 'ordinal') return cycle(categories, [...categories.keys()]);
  if (type === 'category') {
    const months = categories.map(monthOf);
    if (months.every((month) => month >= 0) && new Set(months).size === months.length) {
      // A month that never occurs gets its English name.
      const raw = MONTHS.map((_, month) => months.indexOf(month));
      return cycle(
        raw.map((at, month) => categories[at] ?? MONTHS[month]!),
        raw,
      );
    }
  }
  if (type !== 'number')
    return `column "${second.name}" has no order: "types": {"${second.name}": ["first", "second", …]} at the upload defines one`;
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (!values.every(Number.isInteger) || high - low > 10_000)
    return `column "${second.name}" must contain whole numbers that repeat, such as the month`;
  // Months are 1 to 12, even if not all of them occur.
  const [from, to] = low >= 1 && high <= 12 && high > 4 ? [1, 12] : [low, high];
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return cycle(numbers, numbers);
}

export const timeColumns = (axis: TimeAxis): readonly string[] =>
  axis.kind === 'cycle' ? axis.columns : [axis.column];

/** Position of a row on the axis, in its units; NaN if a value is missing. */
export function positionOf(axis: TimeAxis, raw: Raw): number {
  const [value = Number.NaN] = raw;
  if (axis.kind === 'number' || Number.isNaN(value)) return value;
  if (axis.kind === 'cycle') {
    const place = axis.raw.indexOf(raw[1]!);
    return place < 0 ? Number.NaN : value * axis.raw.length + place;
  }
  if (axis.unit === 'seconds') return value;
  const date = new Date(value * 1000);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** Raw values at a position; the inverse of `positionOf`. */
export function rawAt(axis: TimeAxis, position: number): Raw {
  switch (axis.kind) {
    case 'number':
      return [position];
    case 'cycle': {
      const count = axis.raw.length;
      const first = Math.floor(position / count);
      return [first, axis.raw[position - first * count]!];
    }
    case 'datetime': {
      if (axis.unit === 'seconds') return [position];
      const [year, month] = [Math.floor(position / 12), position % 12];
      const start = axis.unit === 'months' ? midnight(year, month, axis.day) : midnight(year, month + 1, 0);
      return [start + axis.second];
    }
  }
}

/** The same as the table writes it, by column. */
export function wordsAt(axis: TimeAxis, position: number): Record<string, string | number> {
  switch (axis.kind) {
    case 'number':
      return { [axis.column]: shortest(position) };
    case 'cycle': {
      const count = axis.words.length;
      const first = Math.floor(position / count);
      return { [axis.columns[0]]: first, [axis.columns[1]]: axis.words[position - first * count]! };
    }
    case 'datetime': {
      const text = new Date(rawAt(axis, position)[0]! * 1000).toISOString();
      return { [axis.column]: axis.date_only ? text.slice(0, 10) : text.replace('.000Z', 'Z') };
    }
  }
}

/** Whether `after` is one step after `before`. */
export function isNext(axis: TimeAxis, before: number, after: number): boolean {
  return Math.abs(after - before - axis.step) <= TOLERANCE * axis.step;
}

/** Hides the rounding error of summed steps such as 0.1. */
const shortest = (value: number) => Number(value.toPrecision(12));

/** The most frequent distance between consecutive rows, the shortest of them on a tie; 1 without any. */
export function stepOf(distances: Iterable<number>): number {
  const counts = new Map<number, number>();
  for (const distance of distances) {
    const rounded = shortest(distance);
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  let [best, most] = [1, 0];
  for (const [distance, count] of counts) {
    if (count > most || (count === most && distance < best)) [best, most] = [distance, count];
  }
  return best;
}
