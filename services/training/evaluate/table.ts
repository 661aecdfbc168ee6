// A dataset in the form that a trained model takes: columns in the model's order, labels as the model's classes. Mismatches are reported
// as for a job.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { sameButOnes } from '#engine/shape.ts';
import { keptColumns } from '../data/columns/kept-columns.ts';
import type { Takes } from '../data/columns/raw.ts';
import type { TableNumbers } from '../data/numbers.ts';
import type { TableRows } from '../data/rows/job-table.ts';
import { placesIn } from '../data/rows/join.ts';
import { joinedRows, type Rows, rowsBetween } from '../data/rows/rows.ts';
import { formatShape } from '../model/shape.ts';
import type { Wanted } from '../predict/rows.ts';
import { textColumnOf } from '../text/column-job.ts';
import type { WantedText } from '../text/text-records.ts';
import { type Texts, textAt } from '../text/texts.ts';

export interface FittingTable {
  readonly info: DatasetInfo;
  /** Rows `from` to `to` (exclusive): [rows, …input]. */
  inputs(from: number, to: number): TableNumbers;
  readonly targets: Rows;
}

/** @throws Problem naming what does not fit */
export function fittingTable(
  table: TableRows,
  wanted: Wanted,
  labels: readonly string[] | null,
): FittingTable {
  const details: Detail[] = [];
  const refuse = (message: string) => details.push({ param: 'dataset', code: 'does_not_fit', message });
  const { info } = table;
  const texts = wanted.text === undefined ? null : textsOf(table, wanted.text, refuse);
  const columns = wanted.text === undefined ? columnsOf(info, wanted, refuse) : null;
  const classOf = classesOf(info, labels, refuse);
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const { width } = table.inputs;
  const renumber = classOf === null ? null : (target: number) => classOf[target]!;
  return {
    info: { ...info, target: { ...info.target, labels: labels === null ? null : [...labels] } },
    targets: renumber === null ? table.targets : joinedRows([{ rows: table.targets, renumber }]),
    inputs(from, to) {
      if (texts !== null) return tokensOf(texts, wanted.text!, from, to);
      const rows = rowsBetween(table.inputs, from, to);
      if (columns === null) return rows;
      const out = new Float64Array((to - from) * columns.length);
      for (let i = 0; i < out.length; i++) {
        const row = Math.floor(i / columns.length);
        const { place, codes } = columns[i % columns.length]!;
        const raw = rows[row * width + place]!;
        out[i] = codes === null || !(raw >= 0) ? raw : codes[raw]!;
      }
      return out;
    },
  };
}

/** The text column of that name; null (and refused) if there is none. */
function textsOf(
  { info, texts }: TableRows,
  { name }: WantedText,
  refuse: (message: string) => void,
): Texts | null {
  const column = textColumnOf(info);
  if (column?.name === name && texts !== undefined) return texts;
  const found = info.columns?.find((each) => each.name === name)?.type;
  const what = found === undefined ? 'no column of that name' : `one of type ${found}`;
  refuse(`the model takes a column "${name}" of texts, but the dataset has ${what}`);
  return null;
}

function tokensOf(texts: Texts, { encode, length }: WantedText, from: number, to: number): Int32Array {
  const tokens = new Int32Array((to - from) * length);
  for (let i = from; i < to; i++) encode(textAt(texts, i), tokens, (i - from) * length);
  return tokens;
}

/** Where the table keeps a raw value of the model, and how its category codes map to the model's. */
interface Place {
  readonly place: number;
  readonly codes: readonly number[] | null;
}

/** One place per raw value of the model; null if the table's order and codes already match. */
function columnsOf(info: DatasetInfo, wanted: Wanted, refuse: (message: string) => void): Place[] | null {
  const [mine, theirs] = [keptColumns(wanted), keptColumns(info)];
  if (mine === null || theirs === null) {
    if (sameButOnes(info.input_shape, wanted.shape)) return null;
    const samples = formatShape(info.input_shape);
    refuse(`the model takes ${formatShape(wanted.shape)}, but the dataset's samples are ${samples}`);
    return null;
  }
  const places = mine.map((column, i): Place => {
    const place = theirs.findIndex(({ name }) => name === column.name);
    const other = theirs[place];
    if (other === undefined) {
      refuse(`the model takes a column "${column.name}", which the dataset does not have`);
      return { place, codes: null };
    }
    const why = differs(column, other, wanted.takes?.[i] ?? { missing: false, unknown: false });
    if (why !== null) refuse(`column "${column.name}" ${why}`);
    return { place, codes: placesIn(column, other) };
  });
  const inOrder = places.every(({ place, codes }, i) => place === i && codes === null);
  return inOrder && theirs.length === mine.length ? null : places;
}

function differs(own: Column, other: Column, takes: Takes): string | null {
  if (own.type !== other.type) return `is of type ${other.type}, but the model takes ${own.type}`;
  if (other.missing > 0 && own.type !== 'category' && !takes.missing)
    return 'has empty cells, which the model does not take';
  if (own.type === 'boolean' || takes.unknown) return null;
  const unknown = (other.categories ?? []).filter((category) => !(own.categories ?? []).includes(category));
  if (unknown.length === 0) return null;
  const shown = unknown.slice(0, 5).map((category) => `"${category}"`);
  return `has categories that the model does not know: ${shown.join(', ')}`;
}

/** The model's class for each class of the dataset; null if they are the same. */
function classesOf(
  { target }: DatasetInfo,
  labels: readonly string[] | null,
  refuse: (message: string) => void,
): number[] | null {
  if (target.labels === null) return null;
  if (labels === null) {
    refuse("the model's classes are numbers without names, but the dataset's are text");
    return null;
  }
  const classes = target.labels.map((label) => labels.indexOf(label));
  const unknown = target.labels.filter((_, i) => classes[i]! < 0);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 5).map((label) => `"${label}"`);
    const more = unknown.length > 5 ? ` and ${unknown.length - 5} more` : '';
    refuse(`the model does not know the classes ${shown.join(', ')}${more}`);
  }
  return classes.every((place, i) => place === i) ? null : classes;
}
