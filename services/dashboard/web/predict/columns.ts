// The fields of a predict record: the dataset's feature columns, each as text or as a number.

import type { Dataset } from '#contracts/datasets/dataset.ts';

/** The columns that the network takes as input. */
export function askedColumns({ features, columns }: Dataset): readonly string[] {
  const learned = columns?.filter(({ type }) => type !== 'ignore').map(({ name }) => name);
  return learned ?? features ?? [];
}

/** Parses a cell; text that is not a number is sent unchanged, so that the service reports what is wrong with it. */
export function valueOfCell({ columns }: Dataset, name: string, cell: string | undefined): unknown {
  const column = columns?.find((each) => each.name === name);
  if (cell === undefined || column?.type === 'category') return cell;
  if (column !== undefined && cell.trim() === '') return null;
  return cell.trim() !== '' && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
