// docs/warnings.md has a line for every warning, and no others.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODES } from '#training/warnings/index.ts';

/** Warnings about files, and about data seen in training. */
const OTHERS = [
  'column_ignored',
  'ambiguous_dates',
  'header_like_data',
  'unused_arrays',
  'unseen_class',
  'overfitting',
  'gaps',
  'short_series',
];

test('every warning code is documented', () => {
  const page = readFileSync('docs/warnings.md', 'utf8');
  const inPage = [...page.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]!);
  expect(inPage.toSorted()).toEqual([...CODES, ...OTHERS].toSorted());
});
