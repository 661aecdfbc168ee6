// Enumerates the windows of a table's series, and the part that each belongs to: the part of its targets, with no row of a later part in
// it. So no validation or test target was seen in training, as input or target.

import type { Detail } from '#contracts/errors.ts';
import type { RenderedSeries } from '#contracts/training/series.ts';
import type { Warning } from '#contracts/warnings.ts';
import { MARKS } from '../data/rows/split.ts';
import type { StoredTable } from '../data/table.ts';
import { type Holding, PARTS, type Part, partsOf, shareOf } from '../job/held-out.ts';
import type { SplitSizes } from '../job/plan.ts';
import { seriesColumns, seriesValues } from './columns.ts';
import { type Group, type Grouped, groupsOf } from './groups.ts';
import { listed } from './naming.ts';

export interface Windows {
  /** For each window, its group and its start index in the group's rows. */
  readonly group: Int32Array;
  readonly start: Int32Array;
  /** See MARKS in split.ts. */
  readonly marks: Uint8Array;
  readonly counts: SplitSizes;
}

export interface Surveyed extends Grouped {
  /** Raw values of all columns that the table stores, row by row. */
  readonly values: Float64Array;
  readonly windows: Windows;
  /** For each row of the table, the part it belongs to. */
  readonly marks: Uint8Array;
}

export function surveyOf(table: StoredTable, series: RenderedSeries, holding: Holding): Surveyed {
  const columns = seriesColumns(table.info)!;
  const values = seriesValues(table);
  const grouped = groupsOf({ columns, values, info: table.info }, series);
  const { details, warnings, groups } = grouped;
  const marks = marksOf(table, groups, holding);
  const windows = windowsOf(groups, marks, series);
  if (details.length === 0) {
    details.push(...tooShort(groups, series, warnings));
    if (details.length === 0) details.push(...without(windows.counts, series, holding, groups));
  }
  return { ...grouped, values, windows, marks };
}

/** The last rows of each series are held out: the test at its end, validation before that. */
function marksOf({ info, marks }: StoredTable, groups: readonly Group[], holding: Holding): Uint8Array {
  const out = new Uint8Array(info.samples);
  const parts = partsOf(holding);
  for (const { rows, held } of groups) {
    if (held !== null) {
      for (const row of rows) out[row] = MARKS[held];
      continue;
    }
    let end = rows.length;
    for (const part of ['test', 'validation'] as const) {
      const how = parts[part];
      if (how === null || 'dataset' in how || how.by === 'fold') continue;
      if (how.by === 'column') {
        for (const row of rows) if (marks?.[row] === MARKS[part]) out[row] = MARKS[part];
        continue;
      }
      const size = shareOf(rows.length, how.fraction);
      fill(out, rows.subarray(Math.max(0, end - size), end), MARKS[part]);
      end -= size;
    }
  }
  return out;
}

function fill(marks: Uint8Array, rows: Int32Array, mark: number): void {
  for (const row of rows) marks[row] = mark;
}

export function windowsOf(
  groups: readonly Group[],
  marks: Uint8Array,
  { window, horizon, stride }: RenderedSeries,
): Windows {
  const group: number[] = [];
  const start: number[] = [];
  const mark: number[] = [];
  for (const [g, { rows, stretches }] of groups.entries()) {
    for (const [from, to] of stretches) {
      for (let begin = from; begin + window + horizon <= to; begin += stride) {
        const part = partOf(marks, rows, begin, window, horizon);
        if (part === null) continue;
        group.push(g);
        start.push(begin);
        mark.push(part);
      }
    }
  }
  const counted = (part: Part | 'train') => mark.reduce((n, each) => n + Number(each === MARKS[part]), 0);
  return {
    group: Int32Array.from(group),
    start: Int32Array.from(start),
    marks: Uint8Array.from(mark),
    counts: { train: counted('train'), validation: counted('validation'), test: counted('test') },
  };
}

/** Null if its targets span two parts, or an input belongs to a later part. */
function partOf(
  marks: Uint8Array,
  rows: Int32Array,
  begin: number,
  window: number,
  horizon: number,
): number | null {
  const part = marks[rows[begin + window]!]!;
  for (let i = 1; i < horizon; i++) if (marks[rows[begin + window + i]!] !== part) return null;
  for (let i = 0; i < window; i++) if (marks[rows[begin + i]!]! > part) return null;
  return part;
}

function tooShort(groups: readonly Group[], series: RenderedSeries, warnings: Warning[]): Detail[] {
  const { window, horizon } = series;
  const needed = window + horizon;
  const found = groups.flatMap(({ name, rows, stretches }) => {
    const longest = stretches.reduce((most, [from, to]) => Math.max(most, to - from), 0);
    if (longest >= needed) return [];
    const gaps = stretches.length > 1 ? ` (${longest} of them without a gap)` : '';
    return [`${name} has ${rows.length} rows${gaps}`];
  });
  if (found.length === 0) return [];
  const needs = `a window of ${window} and a horizon of ${horizon} need ${needed}`;
  const param = 'preprocess.series.window';
  if (series.short === 'skip' && found.length < groups.length) {
    warnings.push({ code: 'short_series', param, message: `left out: ${listed(found, 10)}; ${needs}` });
    return [];
  }
  const skip = found.length < groups.length ? '; "short": "skip" leaves such series out' : '';
  return [{ param, code: 'too_big', message: `${listed(found, 20)}: ${needs}${skip}` }];
}

/** Reports each held-out part without windows, and training if it has none. */
function* without(
  counts: SplitSizes,
  { window, horizon }: RenderedSeries,
  holding: Holding,
  groups: readonly Group[],
): Generator<Detail> {
  const parts = partsOf(holding);
  for (const part of PARTS) {
    const how = parts[part];
    if (how === null || counts[part] > 0) continue;
    const longest = groups.reduce((most, { rows }) => Math.max(most, rows.length), 0);
    const short = part === 'validation' && holding.validation === null;
    const param = short ? 'training.validation_split' : `training.${part}`;
    const what =
      'fraction' in how
        ? `${how.fraction} of a series of ${longest} rows is ${shareOf(longest, how.fraction)}`
        : 'no series has enough consecutive held-out rows';
    yield { param, code: 'too_small', message: `${what}, but a horizon of ${horizon} needs ${horizon}` };
  }
  if (counts.train > 0) return;
  const message = `no window of ${window} rows and ${horizon} after them is left for training besides the held-out rows`;
  yield { param: 'preprocess.series.window', code: 'too_big', message };
}
