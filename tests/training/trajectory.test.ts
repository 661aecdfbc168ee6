// A whole network against torch: MLP 10-64-32-2 with ReLU, 50 training steps from given weights. First output within
// 1e-5, first gradients within 1e-4, every loss and the final weights within 1e-3.

import { describe, expect, it } from 'vitest';
import type { JobSpec } from '#contracts/job-api.ts';
import { gradients } from '#engine/autograd.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { decodeArtifact } from '#training/artifact.ts';
import { type CompiledJob, compileJob } from '#training/compile.ts';
import { readInline } from '#training/data/inline.ts';
import { fit as train } from '#training/fit.ts';
import { forward, tensorsOf } from '#training/network.ts';
import { freshRun, type RunState } from '#training/run-state.ts';
import { summaryOf } from '#training/summary.ts';
import { validateJob } from '#training/validate.ts';
import { backends } from './backends.ts';
import { expectClose, fixture } from './fixture.ts';

interface Trajectory {
  inputs: number[][];
  targets: number[];
  start: Record<string, number[]>;
  first: { output: number[]; gradients: Record<string, number[]> };
  losses: number[];
  end: Record<string, number[]>;
  summary: string;
}

const OPTIMIZERS = { adam: { type: 'Adam', lr: 0.01 }, sgd: { type: 'SGD', lr: 0.1, momentum: 0.9 } };

async function jobLike(given: Trajectory, optimizer: object) {
  const { table } = readInline(given);
  const linear = (name: string, out_features: number) => ({ name, type: 'Linear', out_features });
  const layers = [
    linear('layer1', 64),
    { name: 'relu1', type: 'ReLU' },
    linear('layer2', 32),
    { name: 'relu2', type: 'ReLU' },
    linear('layer3', 2),
  ];
  const { details, job } = await validateJob(
    {
      model: { name: 'MyFirstNN', input: { shape: [10] }, layers },
      dataset: 'ds_',
      training: { loss: 'CrossEntropyLoss', optimizer, epochs: 10, batch_size: 16, shuffle: false },
    },
    async () => table.info,
  );
  expect(details).toEqual([]);
  return { spec: { ...job!.spec, dataset: 'ds_' } satisfies JobSpec, table };
}

function startOf({ start }: Trajectory, { layout }: CompiledJob): Float32Array {
  const theta = new Float32Array(layout.theta.size);
  for (const { key, offset } of layout.theta.slots) theta.set(start[key]!, offset);
  return theta;
}

describe.each(backends)('on %s', (_, backend) => {
  describe.each(Object.entries(OPTIMIZERS))('with %s', (name, optimizer) => {
    const given = fixture<Trajectory>(`mlp-${name}`);

    it('50 steps are torch’s 50 steps', async () => {
      const { spec, table } = await jobLike(given, optimizer);
      const job = compileJob(spec, table, backend);
      expect(summaryOf(job.model)).toBe(given.summary);
      const theta = startOf(given, job);

      const single = new ProgramBuilder()
        .state('theta', [theta.length])
        .dataset('inputs', [80, 10])
        .dataset('targets', [80], 'i32');
      single.entry('first', 16, (entry) => {
        const parameters = tensorsOf(entry.state('theta'), job.layout.theta);
        const tensors = { parameters, buffers: new Map() };
        const { output } = forward(job.model, entry.batch('inputs'), tensors, true);
        const loss = job.recipe.loss.definition.forward(output, entry.batch('targets'), job.recipe.loss.args);
        entry.output('output', output);
        const slopes = gradients(loss, [...parameters.values()]);
        for (const [i, key] of [...parameters.keys()].entries()) entry.output(`d${key}`, slopes[i]!);
      });
      const first = backend.compile(single.build());
      first.write('theta', theta);
      first.write('inputs', Float32Array.from(given.inputs.flat()));
      first.write('targets', Int32Array.from(given.targets));
      first.run('first', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
      expectClose(first.read('output'), given.first.output, 1e-5);
      for (const { key } of job.layout.theta.slots)
        expectClose(first.read(`d${key}`), given.first.gradients[key]!, 1e-4);

      const { definition, args } = job.recipe.optimizer;
      job.executable.write('theta', theta);
      job.executable.writeOrder(Int32Array.from({ length: 80 }, (_, i) => i));
      const losses = given.losses.map((_, step) => {
        const names = definition.scalars(args).length;
        const scalars = Float32Array.from(definition.scalarsAt(args, step + 1, optimizer.lr).slice(0, names));
        const cursor = (step % 5) * 16;
        return job.executable.run('train', { steps: 1, cursor, counter: step, scalars })[0]!;
      });
      for (const [step, loss] of losses.entries()) {
        expect(Math.abs(loss - given.losses[step]!) / given.losses[step]!).toBeLessThan(1e-3);
      }
    });

    it('and so does the loop, from the same start to the same end', async () => {
      const { spec, table } = await jobLike(given, optimizer);
      const job = compileJob(spec, table, backend);
      const fresh = freshRun(job);
      const from: RunState = { ...fresh, states: { ...fresh.states, theta: startOf(given, job) } };
      const losses: number[] = [];
      const result = await train(
        spec,
        table,
        {
          onEpoch: ({ values }) => losses.push(values.train_loss!),
          shouldStop: () => null,
          breathe: async () => {},
        },
        { backend, from },
      );
      // An epoch here is five steps; the batches are equal, so its loss is the mean of theirs.
      const perEpoch = losses.map((_, i) => given.losses.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b) / 5);
      expect(losses).toHaveLength(10);
      for (const [i, loss] of losses.entries()) {
        expect(Math.abs(loss - perEpoch[i]!) / perEpoch[i]!).toBeLessThan(1e-3);
      }
      const end = decodeArtifact(result.model);
      for (const { key, offset } of end.layout.theta.slots) {
        const expected = given.end[key]!;
        expectClose(end.states.theta!.subarray(offset, offset + expected.length), expected, 1e-3);
      }
    });
  });
});
