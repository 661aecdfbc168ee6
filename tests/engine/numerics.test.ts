// The functions that the emitters implement themselves, compared over the whole range of floats with their double-precision counterparts,
// in ulp, including all special values.

import { describe, expect, it } from 'vitest';
import { erf, exp, log, log1p, sigmoid, tanh } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import type { Tensor } from '#engine/tensor.ts';
import { backends } from './backends.ts';

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  1e-45,
  -1e-45,
  1e-38,
  1e-10,
  -1e-10,
  0.625,
  88,
  89,
  100,
  -87.5,
  -100,
  -104,
  1000,
  -1000,
  3.4e38,
  -3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

const functions: [
  string,
  (t: Tensor) => Tensor,
  (x: number) => number,
  ulp: number,
  low: number,
  high: number,
][] = [
  ['exp', exp, Math.exp, 2, -90, 88.7],
  ['log', log, Math.log, 2, 1e-38, 100],
  ['log1p', log1p, Math.log1p, 4, -0.9, 10],
  ['tanh', tanh, Math.tanh, 3, -12, 12],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x)), 4, -80, 20],
];

/** Spacing of floats around x. */
function ulpOf(x: number): number {
  return Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126))) - 23));
}

describe.each(backends.map((backend) => [backend.name, backend] as const))('on %s', (_, backend) => {
  // exp underflows to 0 below −87, and a GPU may flush subnormals to 0.
  const flushed = Math.exp(-87);
  const run = async (build: (t: Tensor) => Tensor, x: Float32Array) => {
    const program = new ProgramBuilder().state('x', [x.length]);
    program.entry('f', 1, (entry) => entry.output('y', build(entry.state('x'))));
    const exe = await backend.compile(program.build());
    exe.write('x', x);
    await exe.run('f', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    return exe.read('y');
  };

  it.each(functions)('%s is within its stated error', async (_name, build, exact, ulp, low, high) => {
    const x = Float32Array.from(uniforms(3, 0, 20_000), (u) => low + (high - low) * u);
    const y = await run(build, x);
    const errors = Array.from(
      x,
      (value, i) => Math.max(0, Math.abs(y[i]! - exact(value)) - flushed) / ulpOf(exact(value)),
    );
    expect(Math.max(...errors)).toBeLessThanOrEqual(ulp);
  });

  it('erf is odd and accurate to 2e-7', async () => {
    // erf to ten digits, from Abramowitz and Stegun, table 7.1, and its limits.
    const known = [
      [0, 0],
      [0.02, 0.0225645747],
      [0.5, 0.5204998778],
      [0.98, 0.8342315043],
      [1, 0.8427007929],
      [1.02, 0.8508380177],
      [1.5, 0.9661051465],
      [2, 0.995322265],
      [10, 1],
      [Number.POSITIVE_INFINITY, 1],
    ] as const;
    const y = await run(erf, Float32Array.from(known.flatMap(([x]) => [x, -x])));
    for (const [i, [, exact]] of known.entries()) {
      expect(Math.abs(y[2 * i]! - exact)).toBeLessThan(2e-7);
      expect(y[2 * i + 1]).toBe(-y[2 * i]!);
    }
    expect((await run(erf, Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });

  it('tanh keeps the sign, even of zero', async () => {
    const y = await run(tanh, Float32Array.of(-0, 0, -0.3, 0.3, -2, 2));
    expect([...y].map((value) => Object.is(value, -0) || value < 0)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it.each(functions)('%s follows IEEE 754 at special values', async (_name, build, exact, ulp) => {
    const x = Float32Array.from(SPECIAL);
    const y = await run(build, x);
    for (const [i, value] of x.entries()) {
      const wanted = Math.fround(exact(value));
      const what = `f(${value})`;
      if (!Number.isFinite(wanted)) expect([what, y[i]]).toEqual([what, wanted]);
      else
        expect(Math.abs(y[i]! - exact(value)), what).toBeLessThanOrEqual(
          (ulp + 1) * ulpOf(exact(value)) + flushed,
        );
    }
  });
});
