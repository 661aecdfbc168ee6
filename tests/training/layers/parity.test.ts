// Every layer against torch: forward within 1e-5, all gradients within 1e-4 (relative to the largest number).

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { mul, sum } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { layers } from '#training/layers/index.ts';
import { readModel } from '#training/model.ts';
import { forward, parametersOf } from '#training/network.ts';
import { backends } from '../backends.ts';
import { expectClose, fixture } from '../fixture.ts';

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
}

const cases = fixture<Case[]>('layers');

it('every layer has a fixture', () => {
  const covered = new Set(cases.map(({ layer }) => layer.type));
  expect([...layers.members.keys()].filter((type) => !covered.has(type))).toEqual([]);
});

describe.each(backends)('on %s', (_, backend) => {
  it.each(cases.map((each) => [`${each.torch} on [${each.shape.join(', ')}]`, each] as const))(
    '%s',
    (_, each) => {
      const { details, value: model } = readModel(
        { input: { shape: each.shape.slice(1) }, layers: [each.layer] },
        'model',
      );
      expect(details).toEqual([]);
      const parameters = parametersOf(model!);
      expect(parameters.map(({ key }) => key.replace(/^0\./, ''))).toEqual(Object.keys(each.parameters));

      const program = new ProgramBuilder().state('x', each.shape).state('weights', each.output_shape);
      for (const { key, shape } of parameters) program.state(key, shape);
      program.entry('both', 1, (entry) => {
        const x = entry.state('x');
        const tensors = new Map(parameters.map(({ key }) => [key, entry.state(key)]));
        const output = forward(model!, x, tensors, each.training);
        expect(output.shape).toEqual(each.output_shape);
        const wanted = [x, ...tensors.values()];
        const [dx, ...rest] = gradients(sum(mul(output, entry.state('weights'))), wanted);
        entry.output('output', output);
        entry.output('dx', dx!);
        for (const [i, { key }] of parameters.entries()) entry.output(`d${key}`, rest[i]!);
      });
      const executable = backend.compile(program.build());
      executable.write('x', Float32Array.from(each.input));
      executable.write('weights', Float32Array.from(each.weights));
      for (const { key } of parameters)
        executable.write(key, Float32Array.from(each.parameters[key.slice(2)]!));
      executable.run('both', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });

      expectClose(executable.read('output'), each.output, 1e-5);
      expectClose(executable.read('dx'), each.input_gradient, 1e-4);
      for (const { key } of parameters) {
        expectClose(executable.read(`d${key}`), each.gradients[key.slice(2)]!, 1e-4);
      }
    },
  );
});
