// Rows by column name, as predict takes them, in the order in which the network sees the columns.

import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { formatPath } from '#contracts/problems.ts';
import { cellProblem, MAX_DETAILS } from './flatten.ts';

type Row = Readonly<Record<string, unknown>>;

/** `first` is the number of the first record, where these are not all. A record may also hold the target's column, as a row of the training file does: it is not looked at. */
export function flattenRecords(
  records: readonly unknown[],
  features: readonly string[] | null,
  target: string | null,
  first = 0,
): { values: Float64Array; details: Detail[] } {
  if (features === null) {
    const message = 'this model was trained on arrays, its inputs have no names: send inputs';
    return { values: new Float64Array(0), details: [{ param: 'records', code: 'no_columns', message }] };
  }
  const details: Detail[] = [];
  const known = new Set(features);
  const values = new Float64Array(records.length * features.length);
  for (const [at, record] of records.entries()) {
    if (details.length >= MAX_DETAILS) break;
    const row = first + at;
    if (!isRow(record)) {
      const message = 'must be an object, its keys the names of the columns';
      details.push({ param: formatPath(['records', row]), code: 'invalid_type', message });
      continue;
    }
    const refuse = (column: string, code: string, message: string) => {
      details.push({ param: formatPath(['records', row, column]), code, message });
    };
    for (const [i, name] of features.entries()) {
      if (details.length >= MAX_DETAILS) break;
      // hasOwn: a column may be called constructor.
      if (!Object.hasOwn(record, name)) refuse(name, 'missing', `records[${row}] has no column "${name}"`);
      else {
        const problem = cellProblem(record[name]);
        if (problem !== null) refuse(name, 'not_a_number', problem);
        else values[at * features.length + i] = record[name] as number;
      }
    }
    for (const name of Object.keys(record)) {
      if (details.length >= MAX_DETAILS) break;
      if (known.has(name) || name === target) continue;
      const shown = name.slice(0, 100);
      const hint = didYouMean(shown, features.slice(0, 50));
      refuse(shown, 'unknown_column', `the model knows no column ${JSON.stringify(shown)}; ${hint}`);
    }
  }
  return { values, details };
}

function isRow(record: unknown): record is Row {
  return typeof record === 'object' && record !== null && !Array.isArray(record);
}
