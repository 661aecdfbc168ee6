// The declared gradient of standardize, against finite differences of its values, which do not depend on it.

import { expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { reference } from '#engine/backends/reference/reference.ts';
import * as F from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { sizeOf } from '#engine/shape.ts';
import { standardize } from '#engine/standardize.ts';
import { backends } from './backends.ts';

const shapes = { x: [3, 2, 4], g: [3, 2, 4], weight: [1, 2, 1], bias: [1, 2, 1] } as const;
const names = ['x', 'weight', 'bias'] as const;

function program(axes: readonly number[], affine: boolean) {
  const builder = new ProgramBuilder();
  for (const [name, shape] of Object.entries(shapes)) builder.state(name, shape);
  builder.entry('e', 1, (entry) => {
    const [x, weight, bias] = names.map((name) => entry.state(name));
    const { y } = standardize(x!, axes, 0.1, affine ? { weight: weight!, bias: bias! } : null);
    // Nonlinear in y, so that the sums in the gradient do not vanish.
    const loss = F.sum(F.mul(F.mul(y, y), entry.state('g')));
    entry.output('loss', loss);
    const wrt = affine ? [x!, weight!, bias!] : [x!];
    for (const [i, d] of gradients(loss, wrt).entries()) entry.output(`d ${names[i]}`, d);
  });
  return builder.build();
}

const run = { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) };
const start = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], i) => [
    name,
    Float32Array.from(uniforms(5, i, sizeOf(shape)), (u) => 2 * u - 0.7),
  ]),
);

it.each([
  [[0, 2], true],
  [[0, 2], false],
  [[2], false],
] as const)('over axes %j, affine %j, the gradient is the slope of the loss', async (axes, affine) => {
  const exact = await reference.compile(program(axes, affine));
  const lossAt = async (changed: string, at: number, by: number) => {
    for (const [name, values] of Object.entries(start))
      exact.write(
        name,
        values.map((v, i) => (name === changed && i === at ? v + by : v)),
      );
    await exact.run('e', run);
    return (await exact.read('loss'))[0]!;
  };
  for (const backend of [reference, ...backends]) {
    const exe = await backend.compile(program(axes, affine));
    for (const [name, values] of Object.entries(start)) exe.write(name, values);
    await exe.run('e', run);
    for (const name of affine ? names : (['x'] as const)) {
      const gradient = await exe.read(`d ${name}`);
      for (const [i, slope] of gradient.entries()) {
        const step = 2 ** -7;
        const measured = ((await lossAt(name, i, step)) - (await lossAt(name, i, -step))) / (2 * step);
        expect(Math.abs(slope - measured), `${backend.name}, d ${name}[${i}]`).toBeLessThan(
          5e-3 * Math.max(1, Math.abs(measured)),
        );
      }
    }
    exe.dispose();
  }
});
