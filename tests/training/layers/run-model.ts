// Runs a model forward once, with the initial weights of seed 1.

import { expect } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { readModel } from '#training/model/model.ts';
import { declareNetwork, initialNetwork, layoutOf, networkOf } from '#training/model/network.ts';
import { inputDtype } from '#training/run/step.ts';

export async function runModel(
  backend: Backend,
  given: { input: object; layers: readonly unknown[] },
  inputs: readonly number[],
  { training = false, counter = 0 } = {},
): Promise<Float32Array> {
  const { details, value: model } = readModel(given, 'model');
  expect(details).toEqual([]);
  const layout = layoutOf(model!);
  const rows = inputs.length / model!.input.reduce((product, size) => product * size, 1);
  const program = new ProgramBuilder({ seed: 1 });
  const dtype = inputDtype(model!);
  program.dataset('inputs', [rows, ...model!.input], dtype);
  declareNetwork(program, layout);
  program.entry('forward', rows, (entry) => {
    entry.output('y', networkOf(entry, model!, layout, training).output);
  });
  const executable = await backend.compile(program.build());
  for (const [name, values] of Object.entries(initialNetwork(model!, layout, 1)))
    executable.write(name, values);
  executable.write('inputs', dtype === 'i32' ? Int32Array.from(inputs) : Float32Array.from(inputs));
  await executable.run('forward', { steps: 1, cursor: 0, counter, scalars: new Float32Array(0) });
  return (await executable.read('y')) as Float32Array;
}

/** The errors for a model, one line per problem. */
export function problemsOf(input: object, ...layers: unknown[]): string[] {
  return readModel({ input, layers }, 'model').details.map(({ param, message }) => `${param}: ${message}`);
}
