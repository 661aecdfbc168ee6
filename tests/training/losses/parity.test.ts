// Every loss against torch: value within 1e-5, gradient within 1e-4, including logits of ±100.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { losses } from '#training/losses/index.ts';
import { targetTypeOf } from '#training/losses/loss.ts';
import { readComponent } from '#training/model/component.ts';
import { declareLoss, lossOf, writeLoss } from '#training/model/objective.ts';
import { measure } from '../../parity/ledger.ts';
import { backends } from '../backends.ts';
import { fixturesOf } from '../fixture.ts';

interface Case {
  torch: string;
  loss: { type: string };
  shape: number[];
  output: number[];
  targets: number[];
  target_shape: number[];
  value: number;
  gradient: number[];
}

const cases = fixturesOf<Case>('losses');

it('every loss has a fixture', () => {
  const covered = new Set(cases.map(({ loss }) => loss.type));
  expect([...losses.members.keys()].filter((type) => !covered.has(type))).toEqual([]);
});

describe.each(backends)('on %s', (_, backend) => {
  it.each(cases.map((each, i) => [`${i}: ${each.torch} of [${each.shape.join(', ')}]`, each] as const))(
    '%s',
    async (_, each) => {
      const { details, value: loss } = readComponent(losses, each.loss, 'loss');
      expect(details).toEqual([]);
      const targetType = targetTypeOf(loss!.definition, each.shape.slice(1), each.target_shape.slice(1));
      const program = new ProgramBuilder()
        .state('output', each.shape)
        .dataset('targets', each.target_shape, targetType);
      declareLoss(program, loss!);
      program.entry('both', each.target_shape[0]!, (entry) => {
        const output = entry.state('output');
        const value = lossOf(entry, loss!, output, entry.batch('targets'));
        entry.record('loss', value);
        entry.output('gradient', gradients(value, [output])[0]!);
      });
      const executable = await backend.compile(program.build());
      executable.write('output', Float32Array.from(each.output));
      writeLoss(executable, loss!);
      const ofType = targetType === 'i32' ? Int32Array : Float32Array;
      executable.write('targets', ofType.from(each.targets));
      const [value] = await executable.run('both', {
        steps: 1,
        cursor: 0,
        counter: 0,
        scalars: new Float32Array(0),
      });

      const { close } = measure('losses', each.loss.type, cases.indexOf(each), backend);
      close('value', [value!], [each.value], 1e-5);
      close('gradient', await executable.read('gradient'), each.gradient, 1e-4);
    },
  );
});
