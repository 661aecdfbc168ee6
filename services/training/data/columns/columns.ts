// The header of a table: its columns, which one is the target, and which are features.

import { type Detail, problemOf } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { isStorable, NOT_STORABLE } from '#contracts/text.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { DeclaredText } from '../formats/csv-text.ts';

const MAX_NAME = 200;

export interface ColumnChoice extends DeclaredText {
  readonly target?: string | undefined;
  /** Comma-separated, or a JSON array if a name contains a comma. */
  readonly features?: string | undefined;
  /** Whether the first row holds column names; defaults to true. */
  readonly header?: 'true' | 'false' | undefined;
  /** auto, or a JSON object of column types by name. */
  readonly types?: string | undefined;
  /** A table, or plain text. */
  readonly format?: 'table' | 'text' | undefined;
  /** The column that assigns each row to a part of the split; not a feature. */
  readonly split?: string | undefined;
}

export interface Columns {
  readonly names: readonly string[];
  /** The first target; `targets` lists all of them. */
  readonly target: number;
  readonly targets: readonly number[];
  /** In the order the network sees them. */
  readonly features: readonly number[];
  /** Null without a split column. */
  readonly split: number | null;
  /** The row numbers that pandas writes as the first column; left out of the features. */
  readonly index: number | null;
}

/**
 * Whether a first column of this name is the index of a pandas table: `to_csv` writes it without a name, and reading the table back and
 * saving it again names it `Unnamed: 0`.
 */
export function namesIndex(name: string, column: number): boolean {
  return column === 0 && (name === '' || name === 'Unnamed: 0');
}

/** @throws Problem naming everything that is wrong with the header and the choice. */
export function chooseColumns(names: readonly string[], choice: ColumnChoice): Columns {
  const details = [...checkHeader(names)];
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  const unknown = (param: string, name: string): Detail => ({
    param,
    code: 'unknown_column',
    message: `there is no column "${name}"; ${didYouMean(name, names.slice(0, 50))}`,
  });

  const split = choice.split === undefined ? null : names.indexOf(choice.split);
  if (split === -1) details.push(unknown('split', choice.split!));
  const usual = split === names.length - 1 ? names.length - 2 : names.length - 1;
  // A single name may contain a comma.
  const asked =
    choice.target === undefined || names.includes(choice.target) ? null : parseNames(choice.target);
  const targets = asked?.map((name) => names.indexOf(name)) ?? [
    choice.target === undefined ? usual : names.indexOf(choice.target),
  ];
  const target = targets[0]!;
  if (split !== null && targets.includes(split)) {
    const message = `"${choice.split}" is the target: it cannot also be the split column`;
    details.push({ param: 'split', code: 'target_as_split', message });
  }
  for (const [i, at] of targets.entries()) {
    const name = asked?.[i] ?? choice.target!;
    if (at < 0) details.push(unknown('target', name));
    else if (targets.indexOf(at) < i)
      details.push({ param: 'target', code: 'duplicate', message: `"${name}" is named twice` });
  }
  const wanted = choice.features === undefined ? null : parseNames(choice.features);
  wanted?.forEach((name, i) => {
    const at = names.indexOf(name);
    if (at < 0) details.push(unknown(`features[${i}]`, name));
    else if (targets.includes(at)) {
      const message = `"${name}" is the target: it cannot also be a feature`;
      details.push({ param: `features[${i}]`, code: 'target_as_feature', message });
    } else if (at === split) {
      const message = `"${name}" is the split column: it cannot also be a feature`;
      details.push({ param: `features[${i}]`, code: 'split_as_feature', message });
    } else if (wanted.indexOf(name) < i) {
      details.push({ param: `features[${i}]`, code: 'duplicate', message: `"${name}" is named twice` });
    }
  });
  const index = namesIndex(names[0]!, 0) && !targets.includes(0) && !wanted?.includes(names[0]!) ? 0 : null;
  const features =
    wanted?.map((name) => names.indexOf(name)) ??
    [...names.keys()].filter((i) => !targets.includes(i) && i !== split && i !== index);
  if (features.length === 0 && details.length === 0) {
    const message = 'a table needs at least one feature column besides the target';
    details.push({ param: 'features', code: 'too_small', message });
  }
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  return { names, target, targets, features, split, index };
}

function* checkHeader(names: readonly string[]): Generator<Detail> {
  if (names.length > LIMITS.columns) {
    const message = `${names.length} columns, the limit is ${LIMITS.columns}`;
    yield { param: 'header', code: 'too_big', message };
    return;
  }
  if (looksLikeData(names)) {
    const message = `the first row must name the columns, but contains only numbers: ${names.slice(0, 5).join(', ')}; "header": "false" reads a file without names`;
    yield { param: 'header', code: 'no_header', message };
    return;
  }
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const param = `header[${i}]`;
    const before = first.get(name);
    first.set(name, before ?? i);
    if (name === '' && !(names.length > 1 && namesIndex(name, i)))
      yield { param, code: 'empty', message: `column ${i + 1} has no name` };
    else if (before !== undefined) {
      const hint =
        headerWarning(names) === null ? '' : ': is it a row of data? "header": "false" reads it as one';
      const message = `"${name.slice(0, MAX_NAME)}" names columns ${before + 1} and ${i + 1}${hint}`;
      yield { param, code: 'duplicate', message };
    } else if (name.length > MAX_NAME) {
      const message = `the name of column ${i + 1} is longer than ${MAX_NAME} characters`;
      yield { param, code: 'too_big', message };
    } else if (!isStorable(name)) {
      yield { param, code: 'invalid_name', message: `the name of column ${i + 1} ${NOT_STORABLE}` };
    } else if (name === '__proto__') {
      // JSON parsing in predict would never yield it as a key, so no record could carry it.
      yield { param, code: 'invalid_name', message: '"__proto__" cannot be the name of a column: rename it' };
    }
  }
}

/** A warning if the first row, taken as the header, may well be data. */
export function headerWarning(names: readonly string[]): Warning | null {
  const numbers = names.filter((name) => name.trim() !== '' && Number.isFinite(Number(name))).map(Number);
  // Years and other ascending counts are plausible names.
  const counts = numbers.every((n, i) => Number.isInteger(n) && (i === 0 || n > numbers[i - 1]!));
  if (numbers.length * 2 < names.length || counts) return null;
  const shown = names.slice(0, 5).map((name) => name.slice(0, 40));
  const message = `the first row looks like data: ${shown.join(', ')}${names.length > 5 ? ', …' : ''}. It was read as the column names; "header": "false" reads it as a row`;
  return { code: 'header_like_data', param: 'header', message };
}

/** column_1, column_2, … */
export function namesFor(cells: readonly string[]): string[] {
  return cells.map((_, i) => `column_${i + 1}`);
}

/** All cells are numbers, other than the 0, 1, 2, … that some programs write as a header. */
function looksLikeData(names: readonly string[]): boolean {
  if (!names.every((name) => name !== '' && Number.isFinite(Number(name)))) return false;
  const start = Number(names[0]);
  return !((start === 0 || start === 1) && names.every((name, i) => Number(name) === start + i));
}

function parseNames(text: string): string[] {
  if (text.trimStart().startsWith('[')) {
    try {
      const names: unknown = JSON.parse(text);
      if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
    } catch {
      // Not JSON after all: a name may start with a bracket.
    }
  }
  return text.split(',').map((name) => name.trim());
}
