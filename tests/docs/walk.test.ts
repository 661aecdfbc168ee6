import { expect, test } from 'vitest';
import { walk } from './walk.ts';

const NUMBER = /-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?/g;
/** Tolerance for processors that round differently. */
const RELATIVE = 0.1;

/** Words only: without ids, ages, spacing, and the epoch at which a run was best. */
const worded = (text: string) =>
  text
    .replace(/\b(job|ds)_[0-9a-z]+/g, '$1')
    .replace(/\d{4}-\d\d-\d\dT[\d:]+/g, 'then')
    .replace(/epochs? \d+(\/\d+)?/g, 'epoch')
    .replace(/[ \t]+/g, ' ')
    .trim();
const numbersOf = (text: string) =>
  (worded(text).match(NUMBER) ?? []).map((each) => Number(each.replaceAll(',', '')));

test('the page’s commands print the output it shows', async () => {
  const steps = await walk();
  expect(steps.length).toBeGreaterThan(8);
  for (const { commands, told, printed } of steps) {
    expect(worded(printed).replace(NUMBER, '#'), commands).toBe(worded(told).replace(NUMBER, '#'));
    const [is, was] = [numbersOf(printed), numbersOf(told)];
    const far = is.filter((n, i) => Math.abs(n - was[i]!) > RELATIVE * Math.abs(was[i]!) + 1e-3);
    expect(far, `${commands}\n${printed}`).toEqual([]);
  }
}, 180_000);
