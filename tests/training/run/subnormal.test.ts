// Subnormal numbers cost a processor a hundred cycles each, so neither a masked softmax nor an optimizer's moments of gradients that have
// become 0 may consist of them.

import { expect, test } from 'vitest';
import { softmax } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { compileJob } from '#training/job/compile.ts';
import { fit as train } from '#training/run/fit.ts';
import { freshRun } from '#training/run/run-state.ts';
import { backends } from '../backends.ts';
import { smallJob, watching } from '../job.ts';

const isSubnormal = (x: number) => x !== 0 && Math.abs(x) < 2 ** -126;

test.each(backends)('on %s the moments of a parameter without gradient decay to 0', async (_, backend) => {
  const { spec, table } = await smallJob({
    model: { layers: [{ type: 'Linear', out_features: 8 }, 'ReLU', { type: 'Linear', out_features: 2 }] },
    training: { optimizer: 'Adam', epochs: 6 },
  });
  const job = await compileJob(spec, table, backend);
  const from = freshRun(job);
  const { slots } = job.layout.theta;
  const bias = slots.find(({ key }) => key === '0.bias')!;
  // No unit is ever active, so only the bias of the last layer has a gradient.
  from.states.theta!.fill(-100, bias.offset, bias.offset + 8);
  from.states.exp_avg!.fill(1e-37);
  from.states.exp_avg_sq!.fill(1.2e-38);
  job.executable.dispose();
  const { state } = await train(spec, table, watching(), { backend, from });
  expect(state.step).toBe(30);
  for (const slot of ['exp_avg', 'exp_avg_sq'])
    expect(state.states[slot]!.subarray(bias.offset, bias.offset + 8)).toEqual(new Float32Array(8));
});

test.each(backends)('on %s a masked softmax is 0 at masked positions', async (name, backend) => {
  const masked = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? i / 64 : -95 - i));
  const program = new ProgramBuilder({ maxSteps: 1 }).state('x', [64]);
  program.entry('go', 1, (entry) => entry.output('y', softmax(entry.state('x'))));
  const exe = await backend.compile(program.build());
  exe.write('x', Float32Array.from(masked));
  await exe.run('go', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  const y = Array.from(await exe.read('y'));
  expect(y.every((value, i) => (i % 2 === 0 ? value > 0.01 : value < 1e-38))).toBe(true);
  // The reference does not flush subnormals.
  if (name !== 'reference') expect(y.filter(isSubnormal)).toEqual([]);
});
