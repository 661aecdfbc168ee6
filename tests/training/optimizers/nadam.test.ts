import { expect, it } from 'vitest';
import { readComponent } from '#training/model/component.ts';
import { optimizers } from '#training/optimizers/index.ts';

const read = (over: object = {}) => readComponent(optimizers, { type: 'NAdam', ...over }, 'optimizer').value!;

it('NAdam’s scalars depend on the step alone, in whatever order steps are requested', () => {
  const walked = read();
  const jumped = read();
  const steps = Array.from({ length: 500 }, (_, i) => walked.definition.scalarsAt(walked.args, i + 1, 0.002));
  for (const step of [500, 3, 499, 1, 250]) {
    expect(jumped.definition.scalarsAt(jumped.args, step, 0.002)).toEqual(steps[step - 1]);
  }
});

it('NAdam’s product of momenta underflows to 0 so that a late step does not loop over all earlier ones', () => {
  const { definition, args } = read({ betas: [0.9, 0.999] });
  const late = definition.scalarsAt(args, 1_999_999_999, 0.002);
  expect(late.every(Number.isFinite)).toBe(true);
  // All bias corrections have converged to (1 − β₁), β₁ and 1.
  expect(late[0]).toBeCloseTo(0.002 * 0.1, 12);
  expect(late[1]).toBeCloseTo(0.002 * 0.9, 12);
  expect(late[2]).toBe(1);
});
