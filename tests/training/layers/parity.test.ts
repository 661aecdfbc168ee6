// Every layer against torch: forward within 1e-5, all gradients within 1e-4 (relative to the largest number).

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { mul, sum } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { layers } from '#training/layers/index.ts';
import { readModel } from '#training/model/model.ts';
import { buffersOf, forward, parametersOf } from '#training/model/network.ts';
import { measure } from '../../parity/ledger.ts';
import { backends } from '../backends.ts';
import { fixturesOf } from '../fixture.ts';

interface Case {
  torch: string;
  layer: { type: string };
  training: boolean;
  shape: number[];
  input: number[];
  parameters: Record<string, number[]>;
  output_shape: number[];
  output: number[];
  weights: number[];
  input_gradient: number[];
  gradients: Record<string, number[]>;
  /** Running statistics before and after the step. */
  buffers?: Record<string, number[]>;
  buffers_after?: Record<string, number[]>;
  /** "int32" for token numbers, which have no gradient. */
  dtype?: 'int32';
}

const cases = fixturesOf<Case>('layers');

it('every layer has a fixture', () => {
  const covered = new Set(cases.map(({ layer }) => layer.type));
  expect([...layers.members.keys()].filter((type) => !covered.has(type))).toEqual([]);
});

describe.each(backends)('on %s', (_, backend) => {
  it.each(cases.map((each) => [`${each.torch} on [${each.shape.join(', ')}]`, each] as const))(
    '%s',
    async (_, each) => {
      const { details, value: model } = readModel(
        { input: { shape: each.shape.slice(1), dtype: each.dtype ?? 'float32' }, layers: [each.layer] },
        'model',
      );
      expect(details).toEqual([]);
      const parameters = parametersOf(model!);
      expect(parameters.map(({ key }) => key.replace(/^0\./, ''))).toEqual(Object.keys(each.parameters));

      const buffers = buffersOf(model!);
      const tokens = each.dtype === 'int32';
      const program = new ProgramBuilder().state('weights', each.output_shape);
      program.state('x', each.shape, tokens ? 'i32' : 'f32');
      for (const { key, shape } of [...parameters, ...buffers]) program.state(key, shape);
      program.entry('both', 1, (entry) => {
        const x = entry.state('x');
        const tensors = new Map(parameters.map(({ key }) => [key, entry.state(key)]));
        const running = new Map(buffers.map(({ key }) => [key, entry.state(key)]));
        const { output, kept } = forward(model!, x, { parameters: tensors, buffers: running }, each.training);
        for (const [key, value] of kept) entry.output(`${key} after`, value);
        expect(output.shape).toEqual(each.output_shape);
        const wanted = tokens ? [...tensors.values()] : [...tensors.values(), x];
        const slopes = gradients(sum(mul(output, entry.state('weights'))), wanted);
        entry.output('output', output);
        for (const [i, { key }] of parameters.entries()) entry.output(`d${key}`, slopes[i]!);
        if (!tokens) entry.output('dx', slopes.at(-1)!);
      });
      const executable = await backend.compile(program.build());
      executable.write('x', tokens ? Int32Array.from(each.input) : Float32Array.from(each.input));
      executable.write('weights', Float32Array.from(each.weights));
      for (const { key } of parameters)
        executable.write(key, Float32Array.from(each.parameters[key.slice(2)]!));
      for (const { key } of buffers) executable.write(key, Float32Array.from(each.buffers![key.slice(2)]!));
      await executable.run('both', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });

      const { close } = measure('layers', each.layer.type, cases.indexOf(each), backend);
      close('forward', await executable.read('output'), each.output, 1e-5);
      if (!tokens) close('gradients', await executable.read('dx'), each.input_gradient, 1e-4);
      for (const { key } of parameters) {
        close('gradients', await executable.read(`d${key}`), each.gradients[key.slice(2)]!, 1e-4);
      }
      if (each.training) {
        for (const { key } of buffers) {
          close('forward', await executable.read(`${key} after`), each.buffers_after![key.slice(2)]!, 1e-5);
        }
      }
    },
  );
});
