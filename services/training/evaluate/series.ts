// A table of series as the windows that a trained model is evaluated on: columns by name, scaled as in training. Every window counts.

import type { Column } from '#contracts/datasets/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { placesIn } from '../data/rows/join.ts';
import { rowsIn } from '../data/rows/rows.ts';
import type { StoredTable } from '../data/table.ts';
import { sizeOf } from '../model/shape.ts';
import type { SeriesCard } from '../series/card.ts';
import { seriesColumns, seriesValues } from '../series/columns.ts';
import { cutWindows } from '../series/cut.ts';
import { groupsOf } from '../series/groups.ts';
import { fittedFrom } from '../series/materialise.ts';
import { windowsOf } from '../series/windows.ts';
import type { FittingTable } from './table.ts';

/** @throws Problem naming what does not fit */
export function fittingWindows(table: StoredTable, card: SeriesCard): FittingTable {
  const columns = card.columns.filter(({ type }) => type !== 'ignore');
  const values = valuesAs(table, columns, neededBy(card));
  const { info } = table;
  const { groups, details } = groupsOf({ columns, values, info }, card);
  if (details.length > 0) throw refused(details.map(({ message }) => message));
  const windows = windowsOf(groups, new Uint8Array(info.samples), card);
  const samples = windows.start.length;
  if (samples === 0)
    throw refused([`no series has the ${card.window + card.horizon} rows of a window and a horizon`]);
  const placeOf = (name: string) => columns.findIndex((column) => column.name === name);
  const known = new Set(card.by_series?.map(({ id }) => id));
  const unknown = card.by_series === null ? [] : groups.filter(({ id }) => !known.has(id));
  if (unknown.length > 0)
    throw refused(
      unknown.map(({ name }) => `each series has its own scale, and the model was not trained on ${name}`),
    );
  const { inputs, targets } = cutWindows({
    series: card,
    values,
    width: columns.length,
    places: card.inputs.map(placeOf),
    inputs: card.inputs,
    targetPlaces: card.targets.map(placeOf),
    groups,
    windows,
    fittedOf: fittedFrom(card.by_series, card.common),
  });
  const shape = card.targets.length === 1 ? [card.horizon] : [card.horizon, card.targets.length];
  const width = inputs.length / samples;
  return {
    info: {
      ...info,
      samples,
      input_shape: [card.window, width / card.window],
      target: {
        name: null,
        columns: card.targets,
        kind: 'numbers',
        shape,
        labels: null,
        min: null,
        max: null,
        integral: false,
      },
    },
    targets: rowsIn(targets, sizeOf(shape)),
    inputs: (from, to) => inputs.subarray(from * width, to * width),
  };
}

function neededBy({ inputs, targets, id, time }: SeriesCard): ReadonlySet<string> {
  return new Set([...inputs, ...targets, ...(id === null ? [] : [id]), ...time]);
}

/** [rows, columns] in the model's column order and with its categories; NaN for columns that are missing and not needed. */
function valuesAs(table: StoredTable, columns: readonly Column[], needed: ReadonlySet<string>): Float64Array {
  const theirs = seriesColumns(table.info);
  if (theirs === null)
    throw refused(['the model continues time series: it needs a table with named columns']);
  const own = seriesValues(table);
  const out = new Float64Array(table.info.samples * columns.length).fill(Number.NaN);
  const wrong: string[] = [];
  for (const [i, column] of columns.entries()) {
    const place = theirs.findIndex(({ name }) => name === column.name);
    const other = theirs[place];
    if (other === undefined) {
      if (needed.has(column.name))
        wrong.push(`the model takes a column "${column.name}", which the dataset does not have`);
      continue;
    }
    if (other.type !== column.type && needed.has(column.name)) {
      wrong.push(`column "${column.name}" is of type ${other.type}, but the model takes ${column.type}`);
      continue;
    }
    const codes = placesIn(column, other);
    for (let row = 0; row < table.info.samples; row++) {
      const raw = own[row * theirs.length + place]!;
      out[row * columns.length + i] = codes === null || !(raw >= 0) ? raw : codes[raw]!;
    }
  }
  if (wrong.length > 0) throw refused(wrong);
  return out;
}

function refused(messages: readonly string[]) {
  const details = messages.map((message): Detail => ({ param: 'dataset', code: 'does_not_fit', message }));
  return problemOf('invalid_dataset', details);
}
