// The columns of a dataset that its table stores, in order.

import type { Column } from '#contracts/datasets/dataset.ts';

interface Named {
  readonly columns?: readonly Column[] | undefined;
  readonly features: readonly string[] | null;
}

/** Null for arrays without named columns. */
export function keptColumns({ columns, features }: Named): Column[] | null {
  if (columns !== undefined) return columns.filter(({ type }) => type !== 'ignore');
  return features?.map((name) => ({ name, type: 'number', missing: 0 })) ?? null;
}
