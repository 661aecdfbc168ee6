// The number and names of a column's inputs, before anything is fitted.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { CategoryPreprocess, NumberPreprocess } from '#contracts/training/column-preprocess.ts';

/** A feature column and its preprocessing. */
export type Planned =
  | { readonly column: Column; readonly how: NumberPreprocess; readonly kind: 'number' }
  | { readonly column: Column; readonly how: CategoryPreprocess; readonly kind: 'category' };

/** The categories that are candidates for inputs of their own. */
export function ownCategories(
  { categories = [] }: Column,
  { missing }: CategoryPreprocess,
): readonly string[] {
  return missing === 'category' ? categories : categories.filter((each) => each !== '');
}

/** Whether a one-hot column has a shared input for all other categories. */
export function hasOther(column: Column, how: CategoryPreprocess): boolean {
  const { max_categories: most, min_count, unknown } = how;
  return unknown === 'other' || min_count > 1 || (most !== null && most < ownCategories(column, how).length);
}

export function plannedInputs({ column, how, kind }: Planned): string[] {
  const { name } = column;
  if (kind === 'number') {
    return [...numberInputs(column), ...(how.indicator ? [`${name}.missing`] : [])];
  }
  switch (how.encode) {
    case 'ordinal':
      return [name];
    case 'hash':
      return Array.from({ length: how.buckets }, (_, i) => `${name}#${i}`);
    case 'one_hot': {
      const own = ownCategories(column, how);
      const most = Math.min(how.max_categories ?? own.length, own.length);
      // Which categories are the most frequent is known only after fitting.
      const names =
        most === own.length
          ? own.map((category) => `${name}=${category}`)
          : Array.from({ length: most }, (_, i) => `${name}=(${i + 1})`);
      return hasOther(column, how) ? [...names, `${name}=(other)`] : names;
    }
  }
}

function numberInputs({ name, type, parts = ['year'] }: Column): string[] {
  if (type !== 'datetime') return [name];
  return parts.flatMap((part) =>
    part === 'year' ? [`${name}.year`] : [`${name}.${part}_sin`, `${name}.${part}_cos`],
  );
}

/** The inputs of a column under default preprocessing. */
export function inputsOf(column: Column): string[] {
  if (column.type === 'ignore') return [];
  if (column.type !== 'category') return numberInputs(column);
  return (column.categories ?? []).map((category) => `${column.name}=${category}`);
}
