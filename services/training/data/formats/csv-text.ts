// The bytes of a CSV on their way to the parser: the dialect is detected from the first ones, and all are converted to UTF-8.

import type { Info, Parser } from 'csv-parse';
import { csvParser, notCsv, notCsvText } from './csv-format.ts';
import { type DeclaredDialect, type Dialect, detectDialect } from './dialect.ts';
import { type Encoding, TextBytes, TextError } from './encoding.ts';

/** Enough to recognize a CSV and its dialect; everything after is checked as it is read. */
export const HEAD_BYTES = 64 * 1024;

export interface DeclaredText extends DeclaredDialect {
  readonly encoding?: Encoding | undefined;
}

export interface OpenCsv {
  readonly dialect: Dialect;
  readonly text: TextBytes;
  readonly parser: Parser;
  /** The converted head, to be written to the parser first. */
  readonly first: Uint8Array;
}

/**
 * @param head the first bytes, at most HEAD_BYTES of them; @param whole whether they are the whole file
 * @throws TextError if the file is not a CSV
 */
export function openCsv(
  head: Uint8Array,
  whole: boolean,
  declared: DeclaredText,
  onRow: (cells: string[], info: Info) => void,
  onDialect: (dialect: Dialect) => void = () => {},
): OpenCsv {
  const other = notCsv(head);
  if (other !== null) throw new TextError('not_csv', `not a CSV but ${other}`);
  const text = new TextBytes(declared.encoding, head);
  const first = text.take(head);
  const beginning = new TextDecoder().decode(first);
  const otherText = notCsvText(beginning);
  if (otherText !== null) throw new TextError('not_csv', `not a CSV but ${otherText}`);
  const dialect = detectDialect(beginning, declared, whole);
  onDialect(dialect);
  return { dialect, text, first, parser: csvParser(dialect, onRow) };
}
