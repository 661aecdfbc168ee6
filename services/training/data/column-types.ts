// What an upload says of its columns: "auto" for all, or of some by name, as a JSON object. Whatever is not said is found out.

import { ColumnType } from '#contracts/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import type { Columns } from './columns.ts';

export interface SaidType {
  readonly name: string;
  readonly type: ColumnType | 'auto';
}

const TYPES: readonly string[] = ['auto', ...ColumnType.options];

/** Of each feature, in order; null where nothing is said: then all are numbers. @throws Problem naming every bad one */
export function readTypes(given: string | undefined, { names, features }: Columns): SaidType[] | null {
  if (given === undefined) return null;
  const said = given === 'auto' ? {} : parsed(given);
  const details: Detail[] = [];
  const learned = features.map((at) => names[at]!);
  for (const [name, type] of Object.entries(said)) {
    const param = `types.${name.slice(0, 200)}`;
    if (!learned.includes(name)) {
      const message = `there is no feature "${name.slice(0, 200)}"; ${didYouMean(name, learned.slice(0, 50))}`;
      details.push({ param, code: 'unknown_column', message });
    } else if (typeof type !== 'string' || !TYPES.includes(type)) {
      const message = `a column is one of ${TYPES.join(', ')}, not ${JSON.stringify(type)?.slice(0, 100)}`;
      details.push({ param, code: 'invalid_value', message });
    }
  }
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  const types = new Map(Object.entries(said as Record<string, SaidType['type']>));
  return learned.map((name) => ({ name, type: types.get(name) ?? 'auto' }));
}

function parsed(given: string): object {
  try {
    const said: unknown = JSON.parse(given);
    if (typeof said === 'object' && said !== null && !Array.isArray(said)) return said;
  } catch {
    // Told below.
  }
  const message = 'expected auto, or a JSON object such as {"island": "category", "name": "ignore"}';
  throw problemOf('invalid_dataset', [{ param: 'types', code: 'invalid_value', message }]);
}
