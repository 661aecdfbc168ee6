// Groups the rows of a table into series, sorted by time, and finds missing times. Errors in the times are reported by row, up to a limit.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { RenderedSeries, TimeAxis } from '#contracts/training/series.ts';
import type { Warning } from '#contracts/warnings.ts';
import { addedTo, type JobInfo } from '../data/rows/join.ts';
import { PARTS, type Part } from '../job/held-out.ts';
import { formatTime, idWord, listed } from './naming.ts';
import { axisOf, isNext, positionOf, stepOf } from './time.ts';

const MOST_ROWS = 20;
/** Limit on separately scaled series: every scale is stored with the model. */
const MOST_SCALED = 10_000;

export interface Group {
  /** Raw value of the id; NaN without an id column. */
  readonly id: number;
  /** `series "harbour"`, or `the series`. */
  readonly name: string;
  /** The part that its dataset is held out for; null for the job's own dataset. */
  readonly held: Part | null;
  /** Row numbers of the table, sorted by time. */
  readonly rows: Int32Array;
  /** Ranges of `rows` that windows may not leave: split at missing times if "gaps" is "split". */
  readonly stretches: readonly (readonly [from: number, to: number])[];
}

export interface Grouped {
  readonly groups: readonly Group[];
  /** Null if the rows have an order, but no time. */
  readonly axis: TimeAxis | null;
  readonly details: Detail[];
  readonly warnings: Warning[];
}

interface Table {
  readonly columns: readonly Column[];
  /** [rows, columns] */
  readonly values: Float64Array;
  readonly info: JobInfo;
}

export function groupsOf(table: Table, series: RenderedSeries): Grouped {
  const { columns, values, info } = table;
  const width = columns.length;
  const count = info.samples;
  const details: Detail[] = [];
  const warnings: Warning[] = [];
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const valuesOf = (place: number) =>
    Float64Array.from({ length: count }, (_, row) => values[row * width + place]!);
  const tell = rowTeller(info);

  const timePlaces = series.time.map(at);
  const times = timePlaces.map(valuesOf);
  const found =
    series.time.length === 0
      ? null
      : axisOf(
          timePlaces.map((place) => columns[place]!),
          times,
        );
  if (typeof found === 'string') {
    details.push({ param: 'preprocess.series.time', code: 'does_not_fit', message: found });
    return { groups: [], axis: null, details, warnings };
  }
  const positions = Float64Array.from({ length: count }, (_, row) =>
    found === null
      ? row
      : positionOf(
          found,
          times.map((each) => each[row]!),
        ),
  );
  const idPlace = series.id === null ? -1 : at(series.id);
  const missing = (names: readonly string[], param: string, isMissing: (row: number) => boolean) => {
    const rows = rowsWhere(count, isMissing);
    for (const row of rows.slice(0, MOST_ROWS)) {
      const message = `${tell(row)} has no ${names.map((name) => `"${name}"`).join(' and ')}${more(rows.length)}`;
      details.push({ param, code: 'bad_cell', message });
    }
  };
  missing(series.time, 'preprocess.series.time', (row) => Number.isNaN(positions[row]!));
  if (series.id !== null)
    missing([series.id], 'preprocess.series.id', (row) => Number.isNaN(values[row * width + idPlace]!));
  for (const name of series.targets) {
    const place = at(name);
    const rows = rowsWhere(count, (row) => Number.isNaN(values[row * width + place]!));
    for (const row of rows.slice(0, MOST_ROWS)) {
      const message = `${tell(row)}, column "${name}": the cell is empty; a forecast column needs a number in every row${more(rows.length)}`;
      details.push({ param: 'preprocess.series.targets', code: 'bad_cell', message });
    }
  }
  if (details.length > 0) return { groups: [], axis: found, details, warnings };

  const { own, validation } = addedTo(info);
  const heldOf = (row: number): Part | null =>
    row < own ? null : row < own + validation ? PARTS[0] : PARTS[1];
  const byKey = new Map<string, number[]>();
  for (let row = 0; row < count; row++) {
    const id = idPlace < 0 ? Number.NaN : values[row * width + idPlace]!;
    const key = `${heldOf(row) ?? ''} ${id}`;
    const rows = byKey.get(key);
    if (rows === undefined) byKey.set(key, [row]);
    else rows.push(row);
  }
  const sorted = [...byKey.values()].map((rows) =>
    Int32Array.from(rows.sort((a, b) => positions[a]! - positions[b]! || a - b)),
  );
  const distances = function* () {
    for (const rows of sorted)
      for (let i = 1; i < rows.length; i++) {
        const distance = positions[rows[i]!]! - positions[rows[i - 1]!]!;
        if (distance > 0) yield distance;
      }
  };
  const axis = found === null ? null : { ...found, step: stepOf(distances()) };
  const nameOf = (row: number) =>
    series.id === null
      ? 'the series'
      : `series "${idWord(columns[idPlace]!, values[row * width + idPlace]!)}"`;
  let duplicates = 0;
  let gaps = 0;
  const gapTexts: string[] = [];
  const groups = sorted.map((rows): Group => {
    const name = nameOf(rows[0]!);
    const cuts = [0];
    for (let i = 1; i < rows.length; i++) {
      const [before, after] = [rows[i - 1]!, rows[i]!];
      if (axis === null || isNext(axis, positions[before]!, positions[after]!)) continue;
      if (positions[before] === positions[after]) {
        if (duplicates++ < MOST_ROWS) {
          const message = `${tell(after)} has the time of ${tell(before)} again (${formatTime(axis, positions[after]!)}), in ${name}: a series has one row per time${series.id === null ? '; name the column that identifies several series in "id"' : ''}`;
          details.push({ param: 'preprocess.series.time', code: 'duplicate', message });
        }
      } else {
        if (gaps++ < MOST_ROWS) {
          const between = `${formatTime(axis, positions[before]!)} and ${formatTime(axis, positions[after]!)}`;
          gapTexts.push(
            `between ${tell(before)} and ${tell(after)} (${between}${series.id === null ? '' : `, ${name}`})`,
          );
        }
        if (series.gaps === 'split') cuts.push(i);
      }
    }
    const stretches = cuts.map((from, i) => [from, cuts[i + 1] ?? rows.length] as const);
    const id = idPlace < 0 ? Number.NaN : values[rows[0]! * width + idPlace]!;
    return { id, name, held: heldOf(rows[0]!), rows, stretches };
  });
  const ids = new Set(groups.map(({ id }) => id)).size;
  if (series.scale === 'series' && ids > MOST_SCALED) {
    const message = `${ids} series, but at most ${MOST_SCALED} can have their own scale: "column" scales them together`;
    details.push({ param: 'preprocess.series.scale', code: 'too_big', message });
  }
  if (duplicates > MOST_ROWS) {
    const message = `${duplicates} rows in total repeat a time of their series`;
    details.push({ param: 'preprocess.series.time', code: 'duplicate', message });
  }
  if (gaps > 0 && series.gaps === 'refuse') {
    const message = `times are missing ${listed(gapTexts)}: with "gaps": "split" no window spans them, "ignore" treats the rows as consecutive`;
    details.push({ param: 'preprocess.series.gaps', code: 'does_not_fit', message });
  } else if (gaps > 0 && series.gaps === 'split') {
    const message = `times are missing ${listed(gapTexts, gaps > MOST_ROWS ? 3 : 5)}${gaps > MOST_ROWS ? ` (${gaps} gaps in total)` : ''}: no window spans them; "gaps": "ignore" treats the rows as consecutive`;
    warnings.push({ code: 'gaps', param: 'preprocess.series.time', message });
  }
  return { groups, axis, details, warnings };
}

const more = (count: number) => (count > MOST_ROWS ? ` (one of ${count} such rows)` : '');

function rowsWhere(count: number, holds: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (holds(row)) rows.push(row);
  return rows;
}

/** Names rows by their number within their own dataset, from 0. */
function rowTeller(info: JobInfo): (row: number) => string {
  const { own, validation } = addedTo(info);
  return (row) => {
    if (row < own) return `row ${row}`;
    return row < own + validation
      ? `row ${row - own} of the validation`
      : `row ${row - own - validation} of the test`;
  };
}
