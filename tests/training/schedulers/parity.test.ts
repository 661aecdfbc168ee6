// Every schedule against torch: the learning rate (and OneCycleLR's momentum) over at least 50 steps, in double precision.

import { expect, it } from 'vitest';
import { readComponent } from '#training/model/component.ts';
import { schedulers } from '#training/schedulers/index.ts';
import { COMMON } from '#training/schedulers/scheduler.ts';
import { type Ledger, measure } from '../../parity/ledger.ts';
import { fixture } from '../fixture.ts';

interface Case {
  torch: string;
  scheduler: { type: string };
  steps: number;
  rates: number[];
  momenta?: number[];
  /** The values passed to ReduceLROnPlateau after each step. */
  values?: number[];
}

const cases = fixture<Case[]>('schedulers');
const BASE = 0.1;
const MOMENTUM = 0.9;

it('every scheduler has a fixture of 50 steps', () => {
  const covered = new Set(cases.filter(({ steps }) => steps >= 50).map(({ scheduler }) => scheduler.type));
  expect([...schedulers.members.keys()].filter((type) => !covered.has(type))).toEqual([]);
});

function expectEqual(got: number[], expected: number[], { note }: Ledger): void {
  expect(got).toHaveLength(expected.length);
  for (const [step, value] of expected.entries()) {
    // torch multiplies up to 60 times to get here, so its error near 0 scales with its largest rate.
    const error = Math.abs(got[step]! - value) / (Math.abs(value) + 1e-7);
    expect(error, `step ${step}: ${got[step]}, torch ${value}`).toBeLessThan(1e-9);
    note('rates', error, 1e-9);
  }
}

it.each(cases.map((each) => [each.torch, each] as const))('%s', (_, each) => {
  const read = readComponent(schedulers, each.scheduler, 'scheduler', COMMON);
  expect(read.details).toEqual([]);
  const { definition } = read.value!;
  const refused: string[] = [];
  definition.check?.(read.value!.args, (_argument, message) => refused.push(message));
  expect(refused).toEqual([]);
  const args = definition.complete?.(read.value!.args) ?? read.value!.args;
  let memory = definition.watches?.begin(args, BASE) ?? null;
  const rates: number[] = [];
  const momenta: number[] = [];
  for (let step = 0; step < each.steps; step++) {
    const when = { base: BASE, step, steps: each.steps, memory };
    rates.push(definition.rate(args, when));
    momenta.push(definition.momentum?.(args, when) ?? MOMENTUM);
    if (memory !== null) memory = definition.watches!.after(args, memory, each.values![step]!);
  }
  const ledger = measure('schedulers', each.scheduler.type, cases.indexOf(each), null);
  expectEqual(rates, each.rates, ledger);
  if (each.momenta !== undefined) expectEqual(momenta, each.momenta, ledger);
});

it('the memory of a scheduler survives JSON', () => {
  const { definition, args } = readComponent(schedulers, 'ReduceLROnPlateau', '').value!;
  const memory = definition.watches!.begin(args, BASE);
  expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  const after = definition.watches!.after(args, memory, 3);
  expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    // Like torch: such a value can never be the best.
    const lost = definition.watches!.after(args, memory, value);
    expect(lost).toEqual({ lr: BASE, best: null, bad: 1, cooldown: 0 });
  }
});
