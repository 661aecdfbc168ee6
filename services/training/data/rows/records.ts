// Rows by column name, as predict receives them, in the network's column order.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { formatPath } from '#contracts/problems.ts';
import { flattenTexts, type WantedText } from '../../text/text-records.ts';
import { rawOfValue, type Takes } from '../columns/raw.ts';
import { cellProblem, MAX_DETAILS } from '../formats/flatten.ts';

type Row = Readonly<Record<string, unknown>>;

/** What a record may contain; see Wanted in predict/rows.ts. */
interface RecordColumns {
  readonly features: readonly string[] | null;
  readonly columns?: readonly Column[] | undefined;
  /** One for each column that is not ignored. */
  readonly takes?: readonly Takes[] | undefined;
  readonly target: string | null;
  readonly text?: WantedText | undefined;
  readonly targetColumns?: readonly string[];
}

/**
 * `first` is the index of the first record, if these are not all. A record may contain the columns of the targets, like a row of the
 * training file; they are ignored.
 */
export function flattenRecords(
  records: readonly unknown[],
  { features: inputs, columns: typed, takes = [], target, targetColumns = [], text }: RecordColumns,
  first = 0,
): { values: Float64Array; details: Detail[] } {
  const targets = target === null ? targetColumns : [target, ...targetColumns];
  if (text !== undefined) return flattenTexts(records, text, targets, first);
  if (inputs === null) {
    const message = 'this model was trained on arrays, whose inputs have no names: send inputs';
    return { values: new Float64Array(0), details: [{ param: 'records', code: 'no_columns', message }] };
  }
  const details: Detail[] = [];
  const columns = typed ?? inputs.map((name) => ({ name, type: 'number' as const, missing: 0 }));
  const kept = columns.filter(({ type }) => type !== 'ignore');
  const features = kept.map(({ name }) => name);
  const known = new Set(columns.map(({ name }) => name));
  const values = new Float64Array(records.length * kept.length);
  for (const [at, record] of records.entries()) {
    if (details.length >= MAX_DETAILS) break;
    const row = first + at;
    if (!isRow(record)) {
      const message = 'must be an object whose keys are the column names';
      details.push({ param: formatPath(['records', row]), code: 'invalid_type', message });
      continue;
    }
    const refuse = (column: string, code: string, message: string) => {
      details.push({ param: formatPath(['records', row, column]), code, message });
    };
    for (const [i, column] of kept.entries()) {
      if (details.length >= MAX_DETAILS) break;
      const { name } = column;
      // hasOwn: a column may be called "constructor".
      if (!Object.hasOwn(record, name) && takes[i]?.absent === true)
        values[at * kept.length + i] = Number.NaN;
      else if (!Object.hasOwn(record, name))
        refuse(name, 'missing', `records[${row}] has no column "${name}"`);
      else {
        const value = record[name];
        const raw =
          typed === undefined
            ? (cellProblem(value) ?? (value as number))
            : rawOfValue(column, value, takes[i]!);
        if (typeof raw === 'number') values[at * kept.length + i] = raw;
        else if (column.type === 'number') refuse(name, 'not_a_number', raw);
        else
          refuse(
            name,
            column.type === 'category' ? 'unknown_category' : `not_a_${column.type}`,
            `column "${name}": ${raw}`,
          );
      }
    }
    for (const name of Object.keys(record)) {
      if (details.length >= MAX_DETAILS) break;
      if (known.has(name) || targets.includes(name)) continue;
      const shown = name.slice(0, 100);
      const hint = didYouMean(shown, features.slice(0, 50));
      refuse(shown, 'unknown_column', `the model has no column ${JSON.stringify(shown)}; ${hint}`);
    }
  }
  return { values, details };
}

function isRow(record: unknown): record is Row {
  return typeof record === 'object' && record !== null && !Array.isArray(record);
}
