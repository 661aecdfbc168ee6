// A throwaway network, compiled and run before the first request: it loads and warms up the compiler, so that a small model's first
// prediction does not block the event loop for a tenth of a second.

import { defaultBackend } from '../backend.ts';
import { readModel } from '../model/model.ts';
import { layoutOf } from '../model/network.ts';
import { openPrograms } from './programs.ts';

const WIDTH = 4;
const LAYERS = [{ type: 'Linear', out_features: 16 }, 'ReLU', { type: 'Linear', out_features: 2 }];

export async function rehearsePredict(): Promise<void> {
  const model = readModel({ input: { shape: [WIDTH] }, layers: LAYERS }, 'model').value!;
  const layout = layoutOf(model);
  const theta = new Float32Array(layout.theta.size);
  const programs = await openPrograms(model, layout, { theta }, defaultBackend);
  await programs.run(new Float32Array(WIDTH));
  programs.dispose();
}
