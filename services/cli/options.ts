// Options shared by several commands, and their parsers.

import { InvalidArgumentError, Option } from 'commander';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

/** Parses comma-separated names. */
export function nameList(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Parses the sizes of hidden layers: 64,32. */
export function sizeList(text: string): number[] {
  return nameList(text).map(wholeNumber);
}

export function whichOption(): Option {
  return new Option('--which <which>', 'use the last weights or those of the best epoch').choices([
    'last',
    'best',
  ]);
}
