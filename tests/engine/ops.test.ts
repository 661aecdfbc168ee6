// Every op and its gradient on every backend, compared with the reference, over shapes that no vector width divides.

import { describe, expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { ops } from '#engine/ops/index.ts';
import { backends } from './backends.ts';
import { compileCase, difference, inputsOf, runCase, weightsOf } from './op-cases.ts';

const tested = Object.values(ops).filter((op) => op.cases.length > 0);
const cases = backends.flatMap((backend) =>
  tested.flatMap((op) =>
    op.cases.map((c) => [backend.name, op.name, JSON.stringify(c), backend, op, c] as const),
  ),
);

describe('ops match the values and gradients of the reference', () => {
  it.each(cases)('on %s: %s of %s', async (_backend, _op, _case, backend, op, testCase) => {
    const [inputs, w] = [inputsOf(testCase), weightsOf(op, testCase)];
    const results = [backend, reference].map(async (each) => {
      const exe = await compileCase(each, op, testCase);
      await runCase(exe, inputs, w);
      const gradients = await Promise.all(
        op.gradient === null ? [] : inputs.map((_, i) => exe.read(`g${i}`)),
      );
      return { y: await exe.read('y'), gradients };
    });
    const [tried, oracle] = await Promise.all(results);
    expect(difference(tried!.y, oracle!.y)).toBeLessThan(2e-6);
    for (const [i, g] of oracle!.gradients.entries())
      expect(difference(tried!.gradients[i]!, g)).toBeLessThan(1e-5);
  });

  it('every op has a case, except for leaves', () => {
    const without = Object.values(ops).filter((op) => op.cases.length === 0);
    expect(without.map((op) => op.meaning.kind)).toEqual(without.map(() => 'leaf'));
  });
});
