import { expect, it } from 'vitest';
import { Pace } from '#training/run/pace.ts';

it('a chunk of steps grows toward 25 ms, at most eightfold at once and never beyond the program’s limit', () => {
  const pace = new Pace(100);
  expect(pace.steps).toBe(1);
  pace.took(1, 0.01);
  expect(pace.steps).toBe(8);
  pace.took(8, 0.08);
  expect(pace.steps).toBe(64);
  pace.took(64, 0.64);
  expect(pace.steps).toBe(100);
});

it('a chunk of steps shrinks when steps take longer, to at least one', () => {
  const pace = new Pace(100);
  pace.took(1, 0.01);
  pace.took(8, 100);
  expect(pace.steps).toBe(2);
  pace.took(2, 1000);
  expect(pace.steps).toBe(1);
  pace.took(1, 0);
  expect(pace.steps).toBe(8);
});
