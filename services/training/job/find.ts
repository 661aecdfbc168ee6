// How validation looks up what a request names by id. The caller decides where: in the database, or in memory.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import type { FindWindows } from '../series/count.ts';

/** The tensors of the named weights, or why they cannot be used. */
export type WeightsFound = { readonly tensors: readonly TensorInfo[] } | { readonly refused: string };

/** Resolves an id; null if there is nothing by that id. */
export type Find<T> = (id: string) => Promise<T | null>;

export interface Finders {
  readonly findDataset: Find<DatasetInfo>;
  readonly findWeights: Find<WeightsFound>;
  readonly findWindows: FindWindows;
}
