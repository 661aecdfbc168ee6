// The targets of images: a class, a number, or several numbers each.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { TargetColumn } from '../data/columns/target-column.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { TargetRange } from '../data/range.ts';
import type { Cell } from './labels-file.ts';

export interface Targets {
  readonly targets: TableNumbers;
  readonly target: DatasetInfo['target'];
}

/** @param rows the row number of each cell, for error messages. @throws Problem */
export async function targetsOf(
  cells: readonly Cell[],
  rows: readonly number[],
  name: string,
  areClasses: boolean,
): Promise<Targets> {
  if (typeof cells[0] === 'object') return lists(cells, rows, name);
  const column = new TargetColumn(10);
  for (const [i, cell] of cells.entries()) column.push(String(cell), rows[i]!);
  const asClasses = areClasses || column.isText;
  if (!asClasses && column.texts > 0) {
    const { row, cell } = column.textCells[0]!;
    const message = `"${cell.slice(0, 100)}" (row ${row}) is not a number, but most targets in "${name}" are`;
    throw fileProblem('not_a_number', message, `rows[${row}]`);
  }
  if (asClasses && column.overflow)
    throw fileProblem('too_many_classes', `too many different texts in "${name}"`);
  const { target, targets } = asClasses ? await column.classes() : await column.numbers();
  return { targets, target: { name, ...target } };
}

function lists(cells: readonly Cell[], rows: readonly number[], name: string): Targets {
  const width = (cells[0] as readonly number[]).length;
  const targets = new Float64Array(cells.length * width);
  const range = new TargetRange();
  for (const [i, cell] of cells.entries()) {
    if (typeof cell !== 'object' || cell.length !== width) {
      const given = typeof cell === 'object' ? cell.length : 1;
      throw fileProblem(
        'size_mismatch',
        `row ${rows[i]} has ${given} targets, but the first row has ${width}`,
      );
    }
    for (const [j, value] of cell.entries()) {
      targets[i * width + j] = value;
      range.add(value, rows[i]!);
    }
  }
  const target = { name, kind: 'numbers' as const, shape: [width], labels: null, ...range.info() };
  return { targets, target };
}
