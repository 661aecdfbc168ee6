// From raw rows of one or more series to the window that a trained model continues. Rows at the end in which every forecast column is
// empty are the future: they carry what is known of it in advance.

import { type Detail, problemOf } from '#contracts/errors.ts';
import { formatPath } from '#contracts/problems.ts';
import { takesMissing, widthOf } from '../data/encoders/encoder.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import type { Fitted, SeriesCard } from './card.ts';
import { aheadOf, encodeRow } from './cut.ts';
import { formatTime, idWord } from './naming.ts';
import { isNext, positionOf, rawAt, timeColumns } from './time.ts';

/** One series to forecast. */
export interface Continued {
  /** The value of the id column; null if there is only one series. */
  readonly id: string | null;
  /** Positions of the forecast rows on the time axis; null if their times are unknown. */
  readonly positions: readonly number[] | null;
  readonly fitted: Fitted;
  /** [window, features], as the network sees it. */
  readonly input: Float32Array;
}

/** What a row is called in messages: an entry of `records`, or a line of a CSV. */
export type RowKind = 'records' | 'lines';

/** @param values [rows, columns of the card that are not ignored]. @throws Problem listing all errors */
export function continuedSeries(card: SeriesCard, values: Float64Array, kind: RowKind): Continued[] {
  const columns = card.columns.filter(({ type }) => type !== 'ignore');
  const width = columns.length;
  const rows = values.length / width;
  const details: Detail[] = [];
  const at = (name: string) => columns.findIndex((column) => column.name === name);
  const idPlace = card.id === null ? -1 : at(card.id);
  const ids = new Map<number | null, number[]>();
  const refuse = (row: number | null, column: string | null, code: string, message: string) => {
    if (details.length >= MAX_DETAILS) return;
    const root = kind === 'records' ? 'records' : 'rows';
    const path =
      row === null
        ? root
        : formatPath([root, row + Number(kind === 'lines') * 2, ...(column === null ? [] : [column])]);
    details.push({ param: path, code, message });
  };
  const tell = (row: number) => (kind === 'records' ? `records[${row}]` : `row ${row + 2}`);
  for (let row = 0; row < rows; row++) {
    const raw = idPlace < 0 ? Number.NaN : values[row * width + idPlace]!;
    const id = Number.isNaN(raw) ? null : raw;
    const known = ids.get(id);
    if (known === undefined) ids.set(id, [row]);
    else known.push(row);
  }
  if (rows === 0)
    refuse(null, null, 'too_small', `no rows: the model continues from the last ${card.window} of a series`);
  if (ids.has(null) && ids.size > 1) {
    const first = ids.get(null)![0]!;
    refuse(
      first,
      card.id,
      'missing',
      `${tell(first)} has no "${card.id}", but others have one: which series does it belong to?`,
    );
  }
  const work = { card, columns, values, refuse, tell, at };
  const continued = [...ids].map(([id, own]) => {
    const name = id === null ? null : idWord(columns[idPlace]!, id);
    return continuedOne(work, own, id, name);
  });
  if (details.length > 0) throw problemOf('invalid_request', details);
  return continued.filter((each) => each !== null);
}

interface Work {
  readonly card: SeriesCard;
  readonly columns: readonly SeriesCard['columns'][number][];
  readonly values: Float64Array;
  refuse(row: number | null, column: string | null, code: string, message: string): void;
  tell(row: number): string;
  at(name: string): number;
}

function continuedOne(work: Work, given: number[], id: number | null, name: string | null): Continued | null {
  const { card, columns, values, refuse, tell, at } = work;
  const { axis, window, horizon } = card;
  const width = columns.length;
  const value = (row: number, place: number) => values[row * width + place]!;
  const called = name === null ? 'the series' : `series "${name}"`;
  const fitted = fittedFor(card, id);
  if (fitted === null) {
    refuse(
      given[0]!,
      card.id,
      'unknown_series',
      `each series has its own scale, and the model was not trained on ${called}`,
    );
    return null;
  }
  const times = axis === null ? [] : timeColumns(axis).map(at);
  const position = (row: number) =>
    axis === null
      ? row
      : positionOf(
          axis,
          times.map((place) => value(row, place)),
        );
  const untimed = given.filter((row) => Number.isNaN(position(row)));
  for (const row of untimed)
    refuse(row, card.time[0]!, 'missing', `${tell(row)} has no time ("${card.time.join('", "')}")`);
  if (untimed.length > 0) return null;
  const rows = given.toSorted((a, b) => position(a) - position(b) || a - b);
  for (let i = 1; i < rows.length && axis !== null; i++) {
    if (position(rows[i]!) !== position(rows[i - 1]!)) continue;
    refuse(
      rows[i]!,
      card.time[0]!,
      'duplicate',
      `${tell(rows[i]!)} has the time of ${tell(rows[i - 1]!)} again (${formatTime(axis, position(rows[i]!))}), in ${called}`,
    );
    return null;
  }
  const targets = card.targets.map(at);
  const hasAll = (row: number) => targets.every((place) => !Number.isNaN(value(row, place)));
  const isEmpty = (row: number) => targets.every((place) => Number.isNaN(value(row, place)));
  const last = rows.findLastIndex(hasAll);
  const [past, future] = [rows.slice(Math.max(0, last + 1 - window), last + 1), rows.slice(last + 1)];
  const holes = [...past, ...future.filter((row) => !isEmpty(row))].filter((row) => !hasAll(row));
  for (const row of holes) {
    const lacking = card.targets.find((_, i) => Number.isNaN(value(row, targets[i]!)))!;
    refuse(
      row,
      lacking,
      'missing',
      `${tell(row)} has no "${lacking}": only rows after the last known one may leave the forecast columns empty, and then all of them`,
    );
  }
  if (past.length < window) {
    const rowsGiven = past.length === 1 ? '1 row' : `${past.length} rows`;
    refuse(
      null,
      null,
      'too_small',
      `${called}: ${rowsGiven} with ${card.targets.map((each) => `"${each}"`).join(', ')}, but the model continues from the last ${window}`,
    );
  }
  if (holes.length > 0 || past.length < window) return null;
  const strict = axis !== null && card.gaps !== 'ignore';
  for (let i = 1; i < past.length && strict; i++) {
    if (isNext(axis, position(past[i - 1]!), position(past[i]!))) continue;
    refuse(
      past[i]!,
      card.time[0]!,
      'gap',
      `a time is missing between ${tell(past[i - 1]!)} and ${tell(past[i]!)} (${formatTime(axis, position(past[i - 1]!))} and ${formatTime(axis, position(past[i]!))}), in ${called}`,
    );
    return null;
  }
  const end = position(past.at(-1)!);
  const steps = Array.from({ length: horizon }, (_, h) => end + (h + 1) * (axis?.step ?? 1));
  const places = card.inputs.map(at);
  // The times of future rows follow from the axis, so they need not be given.
  const known = card.future.filter((each) => !card.time.includes(each));
  const wanted = known.length > 0 ? horizon : 0;
  if (future.length < wanted) {
    const list = known.map((each) => `"${each}"`).join(', ');
    refuse(
      null,
      null,
      'missing_future',
      `${called}: the model needs ${list} of the ${horizon} rows to come, but ${future.length} ${future.length === 1 ? 'is' : 'are'} given: add rows that leave "${card.targets[0]}" empty`,
    );
    return null;
  }
  const ahead = future.slice(0, wanted);
  if (strict) {
    for (const [h, row] of ahead.entries()) {
      if (isNext(axis, h === 0 ? end : position(ahead[h - 1]!), position(row))) continue;
      refuse(
        row,
        card.time[0]!,
        'gap',
        `${tell(row)} is to be the ${h === 0 ? 'first' : 'next'} row to come, ${formatTime(axis, steps[h]!)}, but its time is ${formatTime(axis, position(row))}, in ${called}`,
      );
      return null;
    }
  }
  const { encoders } = fitted;
  const lacks = (row: number, i: number) =>
    Number.isNaN(value(row, places[i]!)) && !(takesMissing(encoders[i]!) && 'fill' in encoders[i]!);
  let missing = false;
  for (const [i, input] of card.inputs.entries()) {
    const looked = [...past, ...(known.includes(input) ? ahead : [])];
    for (const row of looked.filter((each) => lacks(each, i))) {
      missing = true;
      refuse(
        row,
        input,
        'missing',
        `${tell(row)} has no "${input}"${ahead.includes(row) ? ', which the model expects to be known in advance' : ''}`,
      );
    }
  }
  if (missing) return null;
  // Past rows, then future ones; of the latter, only columns known in advance are read.
  const raw = new Float64Array((window + horizon) * places.length);
  for (let t = 0; t < window + horizon; t++) {
    const row = t < window ? past[t]! : ahead[t - window];
    const time = t < window || axis === null ? null : rawAt(axis, steps[t - window]!);
    for (const [i, place] of places.entries()) {
      const ofTime = times.indexOf(place);
      raw[t * places.length + i] =
        time !== null && ofTime >= 0 ? time[ofTime]! : row === undefined ? Number.NaN : value(row, place);
    }
  }
  const nobodyKnows = axis === null || (card.gaps === 'ignore' && future.length < horizon);
  const told = nobodyKnows ? null : card.gaps === 'ignore' ? future.slice(0, horizon).map(position) : steps;
  return { id: name, positions: told, fitted, input: inputOf(card, encoders, raw) };
}

function fittedFor({ by_series, common }: SeriesCard, id: number | null): Fitted | null {
  return by_series === null ? common : (by_series.find((each) => each.id === id) ?? null);
}

/** @param raw [window + horizon, inputs] */
function inputOf(card: SeriesCard, encoders: Fitted['encoders'], raw: Float64Array): Float32Array {
  const size = encoders.reduce((sum, encoder) => sum + widthOf(encoder), 0);
  const steps = raw.length / card.inputs.length;
  const encoded = new Float32Array(steps * size);
  for (let t = 0; t < steps; t++) encodeRow(encoders, raw, t * card.inputs.length, encoded, t * size);
  const ahead = aheadOf(encoders, card.inputs, card);
  const features = ahead.reduce((sum, [from, until]) => sum + until - from, size);
  const out = new Float32Array(card.window * features);
  let at = 0;
  for (let t = 0; t < card.window; t++) {
    out.set(encoded.subarray(t * size, (t + 1) * size), at);
    at += size;
    for (const [from, until] of ahead) {
      const later = (t + card.horizon) * size;
      out.set(encoded.subarray(later + from, later + until), at);
      at += until - from;
    }
  }
  return out;
}
