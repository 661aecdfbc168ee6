// Programs give the same bits on several threads as on one: every op's cases with every splittable kernel split, however small, and a whole
// training program in long and short runs.

import { afterAll, describe, expect, it } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { openNodePool } from '#engine/backends/wasm/threads/node-pool.ts';
import { wasmBackend } from '#engine/backends/wasm/wasm.ts';
import { add, matmul, sum, tanh, transpose } from '#engine/functions.ts';
import { ops } from '#engine/ops/index.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { classifier, epochs, fill } from './networks.ts';
import { compileCase, inputsOf, runCase, weightsOf } from './op-cases.ts';

const pool = openNodePool(3);
afterAll(() => pool.close());

const on = (wide: boolean, threads: number): Backend => wasmBackend({ wide, pool, threads, least: 0 });
const tiles = [
  ['narrow tiles', false],
  ['wide tiles', true],
] as const;

const cases = Object.values(ops).flatMap((op) =>
  op.cases.map((testCase) => [op.name, JSON.stringify(testCase), op, testCase] as const),
);

describe.each(tiles)('with %s', (_, wide) => {
  it.each(cases)('%s of %s gives the same bits on one, two and three threads', async (_op, _case, op, c) => {
    const [inputs, w] = [inputsOf(c), weightsOf(op, c)];
    const results = [];
    for (const threads of [1, 2, 3]) {
      const exe = await compileCase(on(wide, threads), op, c);
      const records = await runCase(exe, inputs, w);
      const gradients = op.gradient === null ? [] : inputs.map((_input, i) => `g${i}`);
      results.push([records, ...(await Promise.all(['y', ...gradients].map((name) => exe.read(name))))]);
      exe.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('a network trains to the same bits on one, two and three threads, with 1 or 64 steps per call', async () => {
    const runs = [];
    for (const [threads, chunk] of [
      [1, 64],
      [2, 64],
      [3, 64],
      [2, 1],
      [3, 1],
    ] as const) {
      const exe = await on(wide, threads).compile(classifier());
      fill(exe);
      const losses = await epochs(exe, 6, chunk);
      runs.push([losses, await exe.read('theta'), await exe.read('m'), await exe.read('v')]);
      exe.dispose();
    }
    for (const run of runs) expect(run).toEqual(runs[0]);
  });

  it.each([
    ['many rows', [260, 45, 37]],
    ['many columns', [13, 300, 40]],
    ['columns far apart', [70, 300, 300]],
    ['one row', [1, 130, 60]],
  ] as const)('products of %s have the same bits on one, two and three threads', async (_name, [m, n, k]) => {
    const results = [];
    for (const threads of [1, 2, 3]) {
      const program = new ProgramBuilder().state('a', [k, m]).state('b', [n, k]).state('c', [k, n]);
      program.entry('products', 1, (entry) => {
        const a = transpose(entry.state('a'));
        const both = add(matmul(a, transpose(entry.state('b'))), tanh(matmul(a, entry.state('c'))));
        entry.output('y', both);
        entry.record('sum', sum(both));
      });
      const exe = await on(wide, threads).compile(program.build());
      for (const [stream, [name, count]] of Object.entries({ a: k * m, b: n * k, c: k * n }).entries())
        exe.write(
          name,
          Float32Array.from(uniforms(1, stream, count), (u) => u - 0.5),
        );
      const records = [];
      for (let i = 0; i < 5; i++)
        records.push(
          await exe.run('products', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) }),
        );
      results.push([records, await exe.read('y')]);
      exe.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
