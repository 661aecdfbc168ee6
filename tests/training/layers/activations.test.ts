import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '#engine/program.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { readModel } from '#training/model/model.ts';
import { forward } from '#training/model/network.ts';
import { backends } from '../backends.ts';

const ACTIVATIONS = [
  ...['ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'SELU', 'GELU', 'SiLU', 'Mish', 'Softplus', 'Hardtanh', 'ReLU6'],
  ...['Hardswish', 'Sigmoid', 'Tanh', 'Softmax', 'LogSoftmax'],
  { type: 'GELU', approximate: 'tanh' },
];

describe.each(backends)('on %s', (_, backend) => {
  it.each(ACTIVATIONS)('%j propagates NaN', async (layer) => {
    const model = readModel({ input: { shape: [5] }, layers: [layer] }, 'model').value!;
    const program = new ProgramBuilder().state('x', [1, 5]).state('weight', [1]);
    program.entry('forward', 1, (entry) => {
      const parameters = new Map([['0.weight', entry.state('weight')]]);
      const { output } = forward(model, entry.state('x'), { parameters, buffers: new Map() }, false);
      entry.output('output', output);
    });
    const executable = await backend.compile(program.build());
    executable.write('x', Float32Array.of(1, Number.NaN, 2, 3, Number.NaN));
    await executable.run('forward', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    const output = (await executable.read('output')) as Float32Array;
    expect([output[1], output[4]]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('rejects, by name,', () => {
  const refused = (layer: object, shape = [3, 4]) =>
    validateModel({ input: { shape }, layers: [layer] }).details.map(
      ({ param, message }) => `${param}: ${message}`,
    );

  it('a PReLU whose parameter count differs from the channels', () => {
    expect(refused({ name: 'act', type: 'PReLU', num_parameters: 4 })).toEqual([
      'model.layers[0].num_parameters: layers[0] (PReLU "act"): num_parameters 4 given, but 3 channels arrive from the input [3, 4]',
    ]);
    expect(refused({ type: 'PReLU', num_parameters: 3 })).toEqual([]);
  });

  it('a Hardtanh with swapped bounds', () => {
    expect(refused({ type: 'Hardtanh', min_val: 1, max_val: 1 })).toEqual([
      'model.layers[0].max_val: layers[0] (Hardtanh): max_val 1 must be above min_val 1',
    ]);
  });

  it('a Softplus that would divide by 0', () => {
    expect(refused({ type: 'Softplus', beta: 0 })[0]).toMatch(/beta 0 would divide by 0/);
  });

  it('a LogSoftmax over the batch, or over a missing dimension', () => {
    expect(refused({ type: 'LogSoftmax', dim: 0 })[0]).toMatch(/dim 0 is the batch/);
    expect(refused({ type: 'LogSoftmax', dim: 3 })[0]).toMatch(
      /dim 3 given, but \[batch, 3, 4\] has dims -3 to 2/,
    );
  });

  it('an argument that torch does not have, or that is not a finite number', () => {
    expect(refused({ type: 'GELU', approximate: 'erf' })[0]).toMatch(/^model\.layers\[0\]\.approximate: /);
    expect(refused({ type: 'ELU', alpha: 1e39 })[0]).toMatch(/^model\.layers\[0\]\.alpha: /);
    expect(refused({ type: 'LeakyReLU', steepness: 0.2 })[0]).toMatch(/^model\.layers\[0\]\.steepness: /);
  });
});
