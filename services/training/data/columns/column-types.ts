// An upload's column types: "auto" for all, or some of them by name, as a JSON object. The others are inferred.

import { ColumnType } from '#contracts/datasets/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import type { DateOrder } from '../formats/dates.ts';
import type { Columns } from './columns.ts';

export interface DeclaredType {
  readonly name: string;
  readonly type: ColumnType | 'auto';
  /** For ordinals: the categories in ascending order. */
  readonly categories?: readonly string[];
  /** For datetimes. */
  readonly order?: DateOrder;
}

const TYPES: readonly string[] = [
  'auto',
  ...ColumnType.options.filter((type) => type !== 'ordinal'),
  'datetime:dmy',
  'datetime:mdy',
];
const MOST_ORDERED = 1_000;

/** One entry per feature, in order. @throws Problem naming every bad one */
export function readTypes(
  given: string | undefined,
  { names, features, target, targets }: Columns,
): DeclaredType[] {
  const all = declaredIn(given);
  // hasOwn: a column may share its name with a property of Object.prototype.
  const ofTarget = Object.hasOwn(all, names[target]!) ? all[names[target]!] : undefined;
  const declared = Object.entries(all).filter(([name]) => name !== names[target]);
  const details: Detail[] = [];
  if (ofTarget !== undefined && (ofTarget !== 'labels' || targets.length > 1)) {
    const message = `"${names[target]}" is the target: numbers or classes, depending on its content, or "labels" if a cell lists several (sea;sun)`;
    details.push({ param: `types.${names[target]}`, code: 'invalid_value', message });
  }
  const learned = features.map((at) => names[at]!);
  for (const [name, type] of declared) {
    const param = `types.${name.slice(0, 200)}`;
    const refuse = (code: string, message: string) => details.push({ param, code, message });
    if (!learned.includes(name)) {
      const hint = didYouMean(name, learned.slice(0, 50));
      refuse('unknown_column', `there is no feature "${name.slice(0, 200)}"; ${hint}`);
    } else if (Array.isArray(type)) {
      const why = badOrder(type);
      if (why !== null) refuse('invalid_value', why);
    } else if (typeof type !== 'string' || !TYPES.includes(type)) {
      const shown = JSON.stringify(type)?.slice(0, 100);
      refuse(
        'invalid_value',
        `a column is one of ${TYPES.join(', ')}, or a list of categories in their order, not ${shown}`,
      );
    }
  }
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  const types = new Map(declared as [string, string | string[]][]);
  return learned.map((name) => ({ name, ...typeOf(types.get(name) ?? 'auto') }));
}

/** Whether the target is multi-label: each row may have any number of labels. */
export function areLabels(given: string | undefined, { names, target }: Columns): boolean {
  return declaredIn(given)[names[target]!] === 'labels';
}

const declaredIn = (given: string | undefined): Record<string, unknown> =>
  given === undefined || given === 'auto' ? {} : parsed(given);

function typeOf(declared: string | readonly string[]): Omit<DeclaredType, 'name'> {
  if (typeof declared !== 'string') return { type: 'ordinal', categories: declared };
  const [type, order] = declared.split(':') as [ColumnType | 'auto', DateOrder | undefined];
  return { type, ...(order !== undefined && { order }) };
}

function badOrder(categories: readonly unknown[]): string | null {
  if (categories.length < 2 || categories.length > MOST_ORDERED)
    return `a list of categories has 2 to ${MOST_ORDERED} of them, not ${categories.length}`;
  const bad = categories.find(
    (each, i) => typeof each !== 'string' || each === '' || categories.indexOf(each) < i,
  );
  return bad === undefined
    ? null
    : `a list of categories must contain distinct texts, not ${JSON.stringify(bad)?.slice(0, 100)}`;
}

function parsed(given: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  const message =
    'expected auto, or a JSON object such as {"island": "category", "size": ["small", "large"]}';
  throw problemOf('invalid_dataset', [{ param: 'types', code: 'invalid_value', message }]);
}
