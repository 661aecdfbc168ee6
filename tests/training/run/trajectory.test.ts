// Whole networks against torch: every fixtures/trajectories-*.json, whose format tests/fixtures/make.py describes. First output within
// 1e-5, first gradients within 1e-4, every loss and the final weights within 1e-3.

import { describe, expect, it } from 'vitest';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { gradients } from '#engine/autograd.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { type CompiledJob, compileJob } from '#training/job/compile.ts';
import { validateJob } from '#training/job/validate.ts';
import { declareNetwork, forward, tensorsOf } from '#training/model/network.ts';
import { declareLoss, lossOf, writeLoss } from '#training/model/objective.ts';
import { summaryOf } from '#training/model/summary.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { freshRun, type RunState } from '#training/run/run-state.ts';
import { inputDtype } from '#training/run/step.ts';
import { measure } from '../../parity/ledger.ts';
import { backends } from '../backends.ts';
import { fixture, fixtureNames } from '../fixture.ts';

interface Trajectory {
  torch: { model: string };
  model: object;
  training: { loss: unknown; optimizer: { lr: number }; batch_size: number };
  inputs: number[][];
  targets: (number | number[])[];
  start: Record<string, number[]>;
  first: { output: number[]; gradients: Record<string, number[]> };
  losses: number[];
  end: Record<string, number[]>;
}

async function jobLike({ model, training, inputs, targets, losses }: Trajectory) {
  const { table } = readInline({ inputs, targets });
  const epochs = losses.length / (inputs.length / training.batch_size);
  const { details, job } = await validateJob(
    { model, dataset: 'ds_', training: { ...training, epochs, shuffle: false }, preprocess: 'none' },
    async () => table.info,
  );
  expect(details).toEqual([]);
  return { spec: { ...job!.spec, dataset: 'ds_' } satisfies JobSpec, table };
}

/** The initial states of the network: theta, and buffers if there are any. */
function startOf({ start }: Trajectory, { layout }: CompiledJob): Record<string, Float32Array> {
  const states: Record<string, Float32Array> = {};
  for (const part of ['theta', 'buffers'] as const) {
    const { size, slots } = layout[part];
    if (size === 0) continue;
    states[part] = new Float32Array(size);
    for (const { key, offset } of slots) states[part].set(start[key]!, offset);
  }
  return states;
}

describe.each(backends)('on %s', (_, backend) => {
  describe.each(fixtureNames('trajectories'))('%s', (name) => {
    const given = fixture<Trajectory>(name);
    const { length: rows } = given.inputs;
    const batch = given.training.batch_size;
    const { close, note } = measure('networks', name.replace('trajectories-', ''), 0, backend);

    it('has torch’s first output and first gradients', async () => {
      const { spec, table } = await jobLike(given);
      const job = await compileJob(spec, table, backend);
      expect(summaryOf(job.model)).toBe(given.torch.model);
      const { definition: loss } = job.recipe.loss;

      const single = new ProgramBuilder()
        .dataset('inputs', [rows, ...job.model.input], inputDtype(job.model))
        .dataset('targets', [rows, ...table.info.target.shape], loss.targetType);
      declareNetwork(single, job.layout);
      declareLoss(single, job.recipe.loss);
      single.entry('first', batch, (entry) => {
        const parameters = tensorsOf(entry.state('theta'), job.layout.theta);
        const buffers =
          job.layout.buffers.size === 0 ? new Map() : tensorsOf(entry.state('buffers'), job.layout.buffers);
        const { output } = forward(job.model, entry.batch('inputs'), { parameters, buffers }, true);
        entry.output('output', output);
        const value = lossOf(entry, job.recipe.loss, output, entry.batch('targets'));
        const slopes = gradients(value, [...parameters.values()]);
        for (const [i, key] of [...parameters.keys()].entries()) entry.output(`d${key}`, slopes[i]!);
      });
      const first = await backend.compile(single.build());
      for (const [state, values] of Object.entries(startOf(given, job))) first.write(state, values);
      writeLoss(first, job.recipe.loss);
      first.write('inputs', (inputDtype(job.model) === 'i32' ? Int32Array : Float32Array).from(table.inputs));
      first.write('targets', (loss.targetType === 'i32' ? Int32Array : Float32Array).from(table.targets));
      await first.run('first', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
      close('first output', await first.read('output'), given.first.output, 1e-5);
      for (const { key } of job.layout.theta.slots)
        close('first gradients', await first.read(`d${key}`), given.first.gradients[key]!, 1e-4);
    });

    it('takes torch’s steps, loss by loss', async () => {
      const { spec, table } = await jobLike(given);
      const job = await compileJob(spec, table, backend);
      const { definition, args } = job.recipe.optimizer;
      for (const [state, values] of Object.entries(startOf(given, job))) job.executable.write(state, values);
      job.executable.writeOrder(Int32Array.from({ length: rows }, (_, i) => i));
      for (const [step, expected] of given.losses.entries()) {
        const names = definition.scalars(args).length;
        const scalars = definition.scalarsAt(args, step + 1, given.training.optimizer.lr).slice(0, names);
        const [loss] = await job.executable.run('train', {
          steps: 1,
          cursor: (step * batch) % rows,
          counter: step,
          scalars: Float32Array.from(scalars),
        });
        const error = Math.abs(loss! - expected) / expected;
        expect(error, `step ${step}`).toBeLessThan(1e-3);
        note('losses', error, 1e-3);
      }
    });

    it('matches torch in the training loop as well, from the same start to the same end', async () => {
      const { spec, table } = await jobLike(given);
      const job = await compileJob(spec, table, backend);
      const fresh = freshRun(job);
      const from: RunState = { ...fresh, states: { ...fresh.states, ...startOf(given, job) } };
      const losses: number[] = [];
      const result = await train(
        spec,
        table,
        {
          onEpoch: ({ values }) => losses.push(values.train_loss!),
          shouldStop: () => null,
          yieldToEvents: async () => {},
        },
        { backend, from },
      );
      // The batches are equal, so an epoch's loss is the mean of theirs.
      const steps = rows / batch;
      const perEpoch = Array.from({ length: given.losses.length / steps }, (_, i) =>
        given.losses.slice(steps * i, steps * (i + 1)).reduce((a, b) => a + b / steps, 0),
      );
      expect(losses).toHaveLength(perEpoch.length);
      for (const [i, loss] of losses.entries()) {
        expect(Math.abs(loss - perEpoch[i]!) / perEpoch[i]!).toBeLessThan(1e-3);
      }
      const { layout, states } = decodeArtifact(result.model);
      const keys = (['theta', 'buffers'] as const).flatMap((part) =>
        layout[part].slots.map(({ key, offset }) => {
          const expected = given.end[key]!;
          close('final weights', states[part]!.subarray(offset, offset + expected.length), expected, 1e-3);
          return key;
        }),
      );
      expect(keys.sort()).toEqual(Object.keys(given.end).sort());
    });
  });
});
