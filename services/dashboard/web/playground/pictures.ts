// Evaluates the network and each hidden layer at the grid points, as a program separate from the training program.

import type { Executable } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { ProgramBuilder } from '#engine/program.ts';
import type { Model } from '#training/model/model.ts';
import { declareNetwork, forward, layoutOf, tensorsOf } from '#training/model/network.ts';

export interface Pictures {
  /** @param theta the parameters, laid out as in training */
  of(
    theta: Float32Array,
  ): Promise<{ layers: Float32Array[]; surface: Float32Array; weights: Float32Array[] }>;
}

/** @param grid [points, features] */
export async function openPictures(model: Model, grid: Float32Array): Promise<Pictures> {
  const [features] = model.input as [number];
  const points = grid.length / features;
  const layout = layoutOf(model);
  const program = new ProgramBuilder({ maxSteps: 1 });
  program.dataset('inputs', [points, features], 'f32');
  declareNetwork(program, layout);
  // Every second layer is an activation; the last one is the output.
  const ends = model.layers
    .map((_, i) => i + 1)
    .filter((end) => end % 2 === 0 || end === model.layers.length);
  program.entry('picture', points, (entry) => {
    const parameters = tensorsOf(entry.state('theta'), layout.theta);
    for (const end of ends) {
      const part = { ...model, layers: model.layers.slice(0, end) };
      const { output } = forward(part, entry.batch('inputs'), { parameters, buffers: new Map() }, false);
      entry.output(`layer ${end}`, output);
    }
  });
  const executable: Executable = await wasm.compile(program.build());
  executable.write('inputs', grid);
  const weights = layout.theta.slots.filter(({ key }) => key.endsWith('.weight'));
  return {
    async of(theta) {
      executable.write('theta', theta);
      await executable.run('picture', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
      const read = ends.map((end) => executable.read(`layer ${end}`) as Promise<Float32Array>);
      const outputs = await Promise.all(read);
      return {
        layers: outputs.slice(0, -1),
        surface: outputs.at(-1)!,
        weights: weights.map(({ offset, shape }) =>
          theta.slice(offset, offset + shape.reduce((size, n) => size * n, 1)),
        ),
      };
    },
  };
}
