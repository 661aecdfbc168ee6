// Every op's gradient formula against central finite differences, on the reference backend (double precision).

import { describe, expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { ops } from '#engine/ops/index.ts';
import { compileCase, inputsOf, isIndex, runCase, weightsOf } from './op-cases.ts';

const differentiable = Object.values(ops).filter((op) => op.gradient !== null);

describe.each(differentiable.map((op) => [op.name, op] as const))('the gradient of %s', (_name, op) => {
  it.each(op.cases.map((c) => [JSON.stringify(c), c] as const))(
    'agrees with finite differences for %s',
    async (_, testCase) => {
      const exe = await compileCase(reference, op, testCase);
      const inputs = inputsOf(testCase);
      const w = weightsOf(op, testCase);
      await runCase(exe, inputs, w);
      const analytic = await Promise.all(inputs.map((_, i) => exe.read(`g${i}`)));
      const step = 2 ** -7;
      for (const [i, x] of inputs.entries()) {
        if (isIndex(testCase, i)) continue;
        for (let j = 0; j < x.length; j++) {
          const at = async (delta: number) => {
            const moved = inputs.map((values) => values.slice());
            moved[i]![j]! += delta;
            return (await runCase(exe, moved, w))[0]!;
          };
          const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
          expect(analytic[i]![j]).toBeCloseTo(numeric, 3);
        }
      }
    },
  );
});
