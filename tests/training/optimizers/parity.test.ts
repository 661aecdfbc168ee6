// Every optimizer against torch: the same parameters over 50 steps with given gradients.

import { describe, expect, it } from 'vitest';
import { reshape } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { readComponent } from '#training/model/component.ts';
import { optimizers } from '#training/optimizers/index.ts';
import { measure } from '../../parity/ledger.ts';
import { backends } from '../backends.ts';
import { fixture, fixtureNames } from '../fixture.ts';

interface Fixture {
  theta: number[];
  gradients: number[][];
  cases: { torch: string; optimizer: { type: string }; after: { step: number; theta: number[] }[] }[];
}

const cases = fixtureNames('optimizers').flatMap((name) => {
  const { cases, ...given } = fixture<Fixture>(name);
  return cases.map((each) => ({ ...each, ...given }));
});

it('every optimizer has a fixture', () => {
  const covered = new Set(cases.map(({ optimizer }) => optimizer.type));
  expect([...optimizers.members.keys()].filter((type) => !covered.has(type))).toEqual([]);
});

describe.each(backends)('on %s', (_, backend) => {
  it.each(cases.map((each) => [each.torch, each] as const))('%s', async (_, each) => {
    const { theta: start, gradients } = each;
    const read = readComponent(optimizers, each.optimizer, 'optimizer');
    expect(read.details).toEqual([]);
    const { definition, args } = read.value!;
    const size = start.length;
    const names = definition.scalars(args);
    const program = new ProgramBuilder({ maxSteps: 50 })
      .state('theta', [size])
      .dataset('gradients', [gradients.length, size])
      .scalars(names);
    for (const slot of definition.slots(args)) program.state(slot, [size]);
    program.entry('step', 1, (entry) => {
      const next = definition.update(args, {
        theta: entry.state('theta'),
        gradient: reshape(entry.batch('gradients'), [size]),
        slot: (name) => entry.state(name),
        scalar: (name) => entry.scalar(name),
        keep: (name, value) => entry.assign(name, value),
      });
      entry.assign('theta', next);
    });
    const executable = await backend.compile(program.build());
    executable.write('theta', Float32Array.from(start));
    for (const [slot, value] of Object.entries(definition.initially?.(args) ?? {}))
      executable.write(slot, new Float32Array(size).fill(value));
    executable.write('gradients', Float32Array.from(gradients.flat()));
    const { close } = measure('optimizers', each.optimizer.type, cases.indexOf(each), backend);
    let done = 0;
    for (const { step, theta } of each.after) {
      const rows = Array.from({ length: step - done }, (_, i) =>
        definition.scalarsAt(args, done + i + 1, args.lr as number).slice(0, names.length),
      );
      await executable.run('step', {
        steps: step - done,
        cursor: done,
        counter: done,
        scalars: Float32Array.from(rows.flat()),
      });
      done = step;
      close('parameters', await executable.read('theta'), theta, 2e-6);
    }
    expect(done).toBe(50);
  });
});
