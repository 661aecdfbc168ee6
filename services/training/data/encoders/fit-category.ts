// Fits encoders of categories: which ones get inputs of their own depends on the training rows.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { CategoryPreprocess } from '#contracts/training/column-preprocess.ts';
import { hashOf } from '../columns/raw.ts';
import type { Encoder } from './encoder.ts';
import { hasOther, ownCategories } from './inputs.ts';

/** @param codes raw values of the training rows */
export function fitCategory(column: Column, how: CategoryPreprocess, codes: Float64Array): Encoder {
  const { categories = [] } = column;
  const counts = new Array<number>(categories.length).fill(0);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const own = ownCategories(column, how).map((category) => categories.indexOf(category));
  const byCount = own.toSorted((a, b) => counts[b]! - counts[a]! || a - b);
  /** Maps the empty cell to the most frequent category. */
  const filled = (of: number[]) => {
    const empty = categories.indexOf('');
    if (how.missing === 'most_frequent' && empty >= 0) of[empty] = of[byCount[0] ?? 0] ?? 0;
    return of;
  };
  if (how.encode === 'hash') {
    const slots = filled(categories.map((category) => hashOf(category) % how.buckets));
    return { kind: 'slots', slots, width: how.buckets, other: null, hashed: true, unit: 1 };
  }
  if (how.encode === 'ordinal') {
    const places = filled(categories.map((_, i) => own.indexOf(i)));
    return { kind: 'places', places, other: how.unknown === 'other' ? own.length : null };
  }
  const most = Math.min(how.max_categories ?? own.length, own.length);
  const limited = hasOther(column, how);
  const chosen = new Set(
    byCount.slice(0, most).filter((category) => how.min_count === 1 || counts[category]! >= how.min_count),
  );
  // If every category has an input, those of rare ones stay zero; otherwise rare ones are skipped and the rest move up.
  const all = most === own.length ? own : own.filter((category) => chosen.has(category));
  const slots = categories.map((_, i) => (chosen.has(i) ? all.indexOf(i) : -1));
  return {
    kind: 'slots',
    slots: filled(slots),
    width: most + Number(limited),
    other: limited ? most : null,
    hashed: false,
    unit: 1,
  };
}
