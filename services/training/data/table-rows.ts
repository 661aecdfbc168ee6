// The rows of a table while they are read, from any format: cells become numbers. Bad cells are collected with row and column, up to a
// limit; no other text is kept.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { formatPath } from '#contracts/problems.ts';
import type { Warning } from '#contracts/warnings.ts';
import { areLabels, readTypes } from './columns/column-types.ts';
import { type ColumnChoice, type Columns, chooseColumns } from './columns/columns.ts';
import type { Cell } from './columns/read-column.ts';
import { labelsColumn, type ReadTargets, severalNumbers } from './columns/several-targets.ts';
import { SplitColumn } from './columns/split-column.ts';
import { TargetColumn } from './columns/target-column.ts';
import { TypedColumns } from './columns/typed-columns.ts';
import { type Decimal, numberReader, type ReadNumber } from './formats/cell.ts';
import { fileProblem } from './formats/file-problem.ts';
import { MAX_DETAILS } from './formats/flatten.ts';
import type { Noted } from './formats/noted.ts';
import { encodedRange, inputRange } from './range.ts';
import { previewRows, type ReadTable, type TablePreview } from './table.ts';

const MAX_SHOWN_CELL = 200;
/** Details kept, until they can be sorted by row. */
const KEPT_DETAILS = 10_000;

/** The kind of file the rows come from. */
export interface RowsOf {
  readonly source: DatasetInfo['source'];
  /** What a row number counts, for error messages. */
  readonly counted: string;
}

export class TableRows {
  readonly #of: RowsOf;
  readonly #choice: ColumnChoice;
  #columns: Columns | null = null;
  #inputs: TypedColumns | null = null;
  #target = new TargetColumn(MAX_DETAILS);
  /** Set if a target is more than one value. */
  #several: ReadTargets | null = null;
  readonly #split = new SplitColumn();
  readonly #details: (Detail & { readonly line: number })[] = [];
  readonly #preview: TablePreview = { columns: [], rows: [] };
  #warning: Warning | null = null;
  #bad = 0;
  #samples = 0;
  #read = numberReader('.');

  constructor(of: RowsOf, choice: ColumnChoice, noted: Noted = {}) {
    this.#of = of;
    this.#choice = choice;
    noted.preview = this.#preview;
  }

  /** The decimal separator; must be set before the first row. */
  set decimal(decimal: Decimal) {
    this.#read = numberReader(decimal);
    this.#target = new TargetColumn(MAX_DETAILS, this.#read);
  }

  /** Whether any problem has been found so far. */
  get isRefused(): boolean {
    return this.#bad > 0;
  }

  get hasColumns(): boolean {
    return this.#columns !== null;
  }

  /** @param warning set if the names may be a row of data. @throws Problem */
  columns(names: readonly string[], warning: Warning | null = null): void {
    this.#columns = chooseColumns(names, this.#choice);
    this.#inputs = new TypedColumns(readTypes(this.#choice.types, this.#columns), this.#read);
    const { targets } = this.#columns;
    if (targets.length > 1)
      this.#several = severalNumbers(
        targets.map((at) => names[at]!),
        this.#read,
      );
    else if (areLabels(this.#choice.types, this.#columns)) this.#several = labelsColumn();
    this.#preview.columns.push(...names);
    this.#warning = warning;
  }

  /** Whether the column is read at all: as a feature, as a target or as the split column. */
  uses(column: number): boolean {
    const { targets, features, split } = this.#columns!;
    return targets.includes(column) || column === split || features.includes(column);
  }

  /** @param cells one per column */
  row(cells: readonly Cell[], line: number): void {
    const { names, target, targets, features, split } = this.#columns!;
    this.#samples++;
    if (cells.length !== names.length) {
      const message = `row ${line}: ${cells.length} cells, but the header names ${names.length} columns`;
      this.refuse({ param: formatPath(['rows', line]), code: 'ragged', message }, line);
      return;
    }
    if (this.#preview.rows.length < previewRows(names.length))
      this.#preview.rows.push(cells.map((cell) => shown(cell, this.#read)));
    this.#inputs!.push(cells, features, line);
    const why = split === null ? null : this.#split.push(String(cells[split]!));
    if (why !== null) this.refuseCell(line, names[split!]!, why);
    if (this.#several !== null) {
      const own = targets.map((at) => String(cells[at]!));
      this.#several.push(own, line, (place, why) => this.refuseCell(line, names[targets[place]!]!, why));
      return;
    }
    const cell = String(cells[target]!);
    if (cell === '') this.refuseCell(line, names[target]!, 'the cell is empty');
    else this.#target.push(cell, line);
  }

  async finish(): Promise<ReadTable> {
    if (this.#bad > 0 && (this.#columns === null || this.#samples === 0)) throw this.#problem();
    if (this.#columns === null) throw fileProblem('empty', 'the file contains no rows');
    if (this.#samples === 0 && this.#bad === 0)
      throw fileProblem('empty', 'the file has a header but no rows');
    const { names, target: at, split: splitAt, index } = this.#columns;
    const target = this.#target;
    const isText = target.isText && this.#several === null;
    const why = this.#several?.problem() ?? null;
    if (why !== null && this.#bad === 0)
      this.refuse({ param: 'target', code: 'does_not_fit', message: `column "${names[at]}" ${why}` });
    if (!isText && target.texts > 0) {
      for (const { row, cell } of target.textCells)
        this.refuseCell(row, names[at]!, String(this.#read(cell)));
      this.#bad += target.texts - target.textCells.length;
    }
    if (isText && target.overflow) {
      const message = `column "${names[at]}" contains more different texts than the limit of classes`;
      this.refuse({ param: 'target', code: 'too_many_classes', message });
    }
    this.#inputs!.check(
      (detail) => {
        // That no columns are left may be a mere consequence of the other problems.
        if (detail.param !== 'types' || this.#bad === 0) this.refuse(detail);
      },
      (line, column, why) => this.refuseCell(line, column, why),
      (count) => {
        this.#bad += count;
      },
    );
    if (this.#bad > 0) throw this.#problem();
    const { target: told, targets } =
      this.#several !== null
        ? await this.#several.take()
        : isText
          ? await target.classes()
          : await target.numbers();
    const { inputs, columns, features: inputNames, warnings: found, texts } = await this.#inputs!.take();
    // An all-numeric table stores no column types unless the upload declared some.
    const plain =
      this.#choice.types === undefined &&
      columns.every(({ type, missing }) => type === 'number' && missing === 0);
    const warnings = [...(this.#warning === null ? [] : [this.#warning]), ...found];
    const { marks, ...split } = splitAt === null ? {} : await this.#split.take(names[splitAt]!);
    const info = {
      source: this.#of.source,
      samples: this.#samples,
      input_shape: [inputNames.length],
      input_range: plain ? inputRange(inputs) : encodedRange(columns, inputs),
      features: inputNames,
      ...(!plain && { columns }),
      ...split,
      ...(warnings.length > 0 && { warnings }),
      target: { name: this.#columns.targets.map((each) => names[each]!).join(', '), ...told },
    };
    const interpreted =
      index === null ? [] : [{ param: 'header[0]', from: names[index]!, to: 'left out as an index' }];
    const table = { info, inputs, targets, ...(marks && { marks }), ...(texts && { texts }) };
    return { info, preview: this.#preview, table, interpreted };
  }

  refuseCell(line: number, column: string, why: string): void {
    this.#bad++;
    if (this.#details.length >= KEPT_DETAILS) return;
    const message = `row ${line}, column "${column}": ${why}`;
    this.#details.push({ param: formatPath(['rows', line, column]), code: 'bad_cell', message, line });
  }

  /** @param line omitted for problems of whole columns, which are listed last */
  refuse(detail: Detail, line = Number.POSITIVE_INFINITY): void {
    this.#bad++;
    if (this.#details.length < KEPT_DETAILS) this.#details.push({ ...detail, line });
  }

  #problem(): Problem {
    // Feature and target columns report their bad cells only at the end: restore the order of the rows.
    const details = this.#details
      .toSorted((a, b) => (a.line === b.line ? 0 : a.line - b.line))
      .map(({ line: _, ...detail }) => detail)
      .slice(0, MAX_DETAILS);
    if (this.#bad === 1) return problemOf('invalid_dataset', details);
    const listed = this.#bad > details.length ? `; the first ${details.length} are listed` : '';
    const first = details[0]!.message;
    const message = `${this.#bad} problems (${this.#of.counted})${listed}. ${first}`;
    return new Problem('invalid_dataset', message, details);
  }
}

function shown(cell: Cell, read: ReadNumber): Cell {
  if (typeof cell === 'number') return cell;
  const value = read(cell);
  if (typeof value === 'number') return value;
  return cell.length > MAX_SHOWN_CELL ? `${cell.slice(0, MAX_SHOWN_CELL)}…` : cell;
}
