import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { sum } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { readModel } from '#training/model/model.ts';
import { forward } from '#training/model/network.ts';
import { backends } from '../backends.ts';

describe.each(backends)('max pooling on %s', (_, backend) => {
  const pooled = async (layer: object, size: number, values: number[]) => {
    const { value: model } = readModel({ input: { shape: [1, size] }, layers: [layer] }, 'model');
    const program = new ProgramBuilder().state('x', [1, 1, size]);
    program.entry('both', 1, (entry) => {
      const x = entry.state('x');
      const tensors = { parameters: new Map(), buffers: new Map() };
      const { output } = forward(model!, x, tensors, true);
      entry.output('y', output);
      entry.output('dx', gradients(sum(output), [x])[0]!);
    });
    const executable = await backend.compile(program.build());
    executable.write('x', Float32Array.from(values));
    await executable.run('both', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    return { y: [...(await executable.read('y'))], dx: [...(await executable.read('dx'))] };
  };

  it('routes the gradient to the first of equal maxima, once per window', async () => {
    const { y, dx } = await pooled({ type: 'MaxPool1d', kernel_size: 3, stride: 1 }, 6, [2, 2, 2, 1, 2, 0]);
    expect(y).toEqual([2, 2, 2, 2]);
    expect(dx).toEqual([1, 1, 1, 0, 1, 0]);
  });

  it('never picks the padding, however small the values', async () => {
    const layer = { type: 'MaxPool1d', kernel_size: 3, stride: 2, padding: 1 };
    const { y, dx } = await pooled(layer, 4, [-3e38, -7, -9, -1e30]);
    expect(y).toEqual([-7, -7]);
    expect(dx).toEqual([0, 2, 0, 0]);
  });

  it('propagates NaN, so that a diverging run is noticed', async () => {
    const { y } = await pooled({ type: 'MaxPool1d', kernel_size: 2 }, 6, [1, 2, Number.NaN, 0, 5, 4]);
    expect(y).toEqual([2, Number.NaN, 5]);
  });
});
