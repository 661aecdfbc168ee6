// Wide vectors give the same bits: a whole network is trained long enough for V8's optimizing compiler to take over, first with plain
// vectors, then (for the rest of this process) with fused pairs of them.

import { expect, it } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';
import { add, matmul, sum, transpose } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { classifier, epochs, fill } from './networks.ts';

async function trained(backend: Backend) {
  const exe = await backend.compile(classifier());
  fill(exe);
  const losses = await epochs(exe, 400, 5);
  return { losses, theta: await exe.read('theta'), m: await exe.read('m'), v: await exe.read('v') };
}

/** Large enough for both factors to be packed and for every form of tile. */
async function product(backend: Backend, [m, n, k]: readonly [number, number, number]) {
  const program = new ProgramBuilder().state('a', [k, m]).state('b', [n, k]).state('c', [n]);
  program.entry('product', 1, (entry) => {
    const [a, b] = [entry.state('a'), entry.state('b')];
    const y = add(matmul(transpose(a), transpose(b)), entry.state('c'));
    entry.output('y', y);
    entry.record('sum', sum(y));
  });
  const exe = await backend.compile(program.build());
  for (const [stream, [name, count]] of Object.entries({ a: k * m, b: n * k, c: n }).entries()) {
    exe.write(
      name,
      Float32Array.from(uniforms(1, stream, count), (u) => u - 0.5),
    );
  }
  for (let i = 0; i < 20; i++)
    await exe.run('product', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  return exe.read('y');
}

it('wide vectors change no bit of the results', async () => {
  const sizes = [
    [300, 70, 40],
    [259, 83, 37],
    [7, 100, 300],
  ] as const;
  const productsOn = (backend: Backend) => Promise.all(sizes.map((size) => product(backend, size)));
  const plain = { network: await trained(wasm), products: await productsOn(wasm) };
  const wide = widestWasm();
  expect(wide.fingerprint).toBe(wasm.fingerprint);
  expect(await trained(wide)).toEqual(plain.network);
  expect(await productsOn(wide)).toEqual(plain.products);
});
