// Validates a request's settings for single columns (preprocess.columns) against the types of the dataset's columns.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { detailsOf } from '#contracts/problems.ts';
import {
  CategoryPreprocess,
  Encode,
  NumberPreprocess,
  type RenderedColumn,
  Scale,
} from '#contracts/training/column-preprocess.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training/training.ts';
import { isObject } from '../canonical/component.ts';
import { keptColumns } from '../data/columns/kept-columns.ts';
import { asEncoded, usualFor } from '../data/encoders/plan.ts';

const PATH = 'preprocess.columns';

/** The `columns` of a request's preprocess, if given. */
export function columnsIn(preprocess: unknown): unknown {
  return isObject(preprocess) ? preprocess.columns : undefined;
}

interface ReadColumns {
  readonly details: Detail[];
  /** One entry per column of the dataset; undefined if all are numeric and treated the same, null if refused. */
  readonly value: Record<string, RenderedColumn> | null | undefined;
}

/** @param inputs default for numeric columns without settings of their own */
export function readColumns(given: unknown, info: DatasetInfo, inputs: InputPreprocess): ReadColumns {
  if (given === undefined && info.columns === undefined) return { details: [], value: undefined };
  const kept = keptColumns(info);
  const refused = (code: string, message: string) => ({
    details: [{ param: PATH, code, message }],
    value: null,
  });
  if (kept === null)
    return refused('no_columns', 'the dataset consists of arrays, whose inputs have no names');
  if (given !== undefined && !isObject(given))
    return refused('invalid_type', 'must be an object whose keys are column names');
  const details: Detail[] = [];
  const said = new Map(Object.entries(given ?? {}));
  const names = kept.map(({ name }) => name);
  for (const name of said.keys()) {
    if (names.includes(name)) continue;
    const ignored = info.columns?.some((column) => column.name === name) ?? false;
    const message = ignored
      ? 'was left out of the dataset'
      : `there is no feature of that name; ${didYouMean(name, names.slice(0, 50))}`;
    details.push({ param: `${PATH}.${name.slice(0, 200)}`, code: 'unknown_column', message });
  }
  const entries = kept.map((column): [string, RenderedColumn] => {
    const usual = usualFor(column, inputs);
    if (!said.has(column.name)) return [column.name, usual];
    return [column.name, readColumn(said.get(column.name), column, usual, details)];
  });
  return { details, value: details.length > 0 ? null : Object.fromEntries(entries) };
}

function readColumn(
  given: unknown,
  { name, type }: Column,
  usual: RenderedColumn,
  details: Detail[],
): RenderedColumn {
  const path = `${PATH}.${name}`;
  const ofCategories = type === 'category';
  const [schema, short, key] = ofCategories
    ? [CategoryPreprocess, Encode, 'encode']
    : [NumberPreprocess, Scale, 'scale'];
  const words: readonly string[] = short.options;
  if (typeof given === 'string') {
    if (words.includes(given)) return { ...usual, [key]: given };
    const message = `a column of type ${type} takes ${words.join(', ')}, not ${JSON.stringify(given.slice(0, 100))}`;
    details.push({ param: path, code: 'invalid_value', message });
    return usual;
  }
  const filled =
    isObject(given) && !ofCategories && 'scale' in usual ? { scale: usual.scale, ...given } : given;
  const read = schema.safeParse(filled);
  if (read.success) {
    const { clip = null } = read.data as NumberPreprocess;
    if (Array.isArray(clip) && clip[0] > clip[1]) {
      const message = `[${clip.join(', ')}]: the lowest comes first`;
      details.push({ param: `${path}.clip`, code: 'invalid_value', message });
    }
    return read.data;
  }
  details.push(...detailsOf(read.error, schema, path, filled));
  return usual;
}

/** The dataset as the network will see it, and what is wrong with the request's column settings. */
export function seenThrough<I extends DatasetInfo>(
  info: I,
  preprocess: unknown,
): { details: Detail[]; info: I } {
  const { details, value } = readColumns(columnsIn(preprocess), info, 'none');
  const rendered: RenderedPreprocess = { inputs: 'none', target: 'none', ...(value && { columns: value }) };
  return { details, info: asEncoded(info, rendered) };
}
