// docs/parity.md is up to date: it contains every case. The digits may differ between machines and are not compared.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Comparison, KINDS } from './ledger.ts';
import { casesOfFixtures, PAGE, readPage, renderPage } from './page.ts';

const told = readPage(readFileSync(PAGE, 'utf8'));
const fixtures = casesOfFixtures();

describe.each(KINDS)('the table of %s', (kind) => {
  test('has every case of the fixtures (npm run parity rewrites the page)', () => {
    const cases = [...told[kind]].map(([member, row]) => [member, row.cases] as const);
    expect(Object.fromEntries(cases)).toEqual(Object.fromEntries(fixtures[kind]));
  });

  test('has errors for every member, all within tolerance', () => {
    for (const [member, { errors }] of told[kind]) {
      expect(errors, member).not.toEqual([]);
      for (const { error, tolerance } of errors) expect(error, member).toBeLessThanOrEqual(tolerance);
    }
  });
});

test('a page reads back as it was rendered, each member with its worst error on the CPU and on a GPU', () => {
  const one: Comparison = {
    kind: 'losses',
    adapter: null,
    member: 'MSELoss',
    case: 0,
    quantity: 'value',
    error: 2e-7,
    tolerance: 1e-5,
  };
  const page = renderPage([
    one,
    { ...one, case: 1, error: 3e-7 },
    { ...one, adapter: 'a GPU', error: 4e-7 },
    { ...one, member: 'L1Loss', error: 0 },
  ]);
  expect([...readPage(page).losses]).toEqual([
    ['L1Loss', { cases: 1, errors: [{ error: 0, tolerance: 1e-5 }] }],
    [
      'MSELoss',
      {
        cases: 2,
        errors: [
          { error: 3e-7, tolerance: 1e-5 },
          { error: 4e-7, tolerance: 1e-5 },
        ],
      },
    ],
  ]);
});
