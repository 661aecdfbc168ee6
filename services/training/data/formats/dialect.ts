// The dialect of a CSV, from its first bytes and the upload's fields: encoding, delimiter, quote and decimal sign. Fields take precedence;
// the rest is detected.

import { type Decimal, isDecimal } from './cell.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

export interface Dialect {
  readonly delimiter: Delimiter;
  readonly quote: '"' | "'";
  readonly decimal: Decimal;
}

/** The dialect fields of an upload. */
export interface DeclaredDialect {
  readonly delimiter?: Delimiter | undefined;
  readonly decimal?: Decimal | undefined;
}

/** Rows examined. */
const ROWS = 100;
/** Share of rows that must agree on the number of cells; the rest may be remarks, or ragged rows that are reported later. */
const ENOUGH = 0.9;

/** @param text the beginning of the file, decoded; @param whole whether it is the whole file */
export function detectDialect(text: string, declared: DeclaredDialect, whole: boolean): Dialect {
  const quote = usesApostrophes(text) ? "'" : '"';
  const split = (delimiter: Delimiter) => rowsOf(text, delimiter, quote, whole);
  const delimiter = declared.delimiter ?? detectDelimiter(split);
  const decimal = declared.decimal ?? detectDecimal(split(delimiter), delimiter);
  return { delimiter, quote, decimal };
}

type Split = (delimiter: Delimiter) => readonly string[][];

/** The delimiter that splits the rows into equally many cells; if several do, the one that gives the most cells. */
function detectDelimiter(split: Split): Delimiter {
  const found = DELIMITERS.map((delimiter) => {
    const rows = split(delimiter);
    const cells = rows[0]?.length ?? 1;
    const alike = rows.filter((row) => row.length === cells).length / Math.max(1, rows.length);
    return { delimiter, rows, cells, alike };
  }).filter(({ cells }) => cells > 1);
  const regular = found.filter(({ alike }) => alike >= ENOUGH);
  const usable = regular.length > 0 ? regular : found;
  // In 1,5;2,5 the commas are decimal separators.
  const others = usable.filter(({ delimiter, rows }) => delimiter !== ',' && hasDecimalCommas(rows));
  const [best] = (others.length > 0 ? others : usable).toSorted((a, b) => b.cells - a.cells);
  return best?.delimiter ?? ',';
}

const hasDecimalCommas = (rows: readonly string[][]) =>
  rows.some((row) => row.some((cell) => /^[+-]?\d+,\d+$/.test(cell.trim())));

/** A comma if some cells are numbers with one and none has a point; in a comma-separated file this takes quoted cells. */
function detectDecimal(rows: readonly string[][], delimiter: Delimiter): Decimal {
  const cells = rows.flat().map((cell) => cell.trim());
  const points = cells.filter((cell) => isDecimal(cell, '.')).length;
  const commas = cells.filter((cell) => isDecimal(cell, ',')).length;
  // In a comma-separated file, the comma of a quoted "1,234" usually separates thousands.
  const sure =
    delimiter !== ',' || cells.some((cell) => /,\d{1,2}$|,\d{4,}$/.test(cell) && isDecimal(cell, ','));
  return commas > 0 && points === 0 && sure ? ',' : '.';
}

function usesApostrophes(text: string): boolean {
  if (text.includes('"')) return false;
  const quoted = text.match(/(?<=^|[,;\t|\n])'[^'\n]*'(?=$|[,;\t|\r\n])/gm)?.length ?? 0;
  const lines = text.split('\n', ROWS).length;
  return quoted * 2 > lines && quoted > 1;
}

/** The first rows as cells; an unterminated last line counts only if the text is whole. */
function rowsOf(text: string, delimiter: Delimiter, quote: string, whole: boolean): readonly string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let start = 0;
  let quoted = false;
  const cell = (end: number) => {
    const raw = text.slice(start, end).trim();
    return raw.startsWith(quote) && raw.endsWith(quote) ? raw.slice(1, -1) : raw;
  };
  const endRow = (end: number) => {
    row.push(cell(end));
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length && rows.length < ROWS; i++) {
    const char = text[i]!;
    if (char === quote && (quoted || text.slice(start, i).trim() === '')) quoted = !quoted;
    else if (quoted) continue;
    else if (char === delimiter) {
      row.push(cell(i));
      start = i + 1;
    } else if (char === '\n' || char === '\r') {
      endRow(i);
      start = i + 1;
    }
  }
  if (rows.length === 0 || (whole && rows.length < ROWS && start < text.length)) endRow(text.length);
  return rows;
}
