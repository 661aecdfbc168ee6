import { describe, expect, it } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { readModel } from '#training/model/model.ts';
import { layoutOf } from '#training/model/network.ts';
import { openPrograms, otherSizes } from '#training/predict/programs.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;

function network() {
  const layers = [{ type: 'Linear', out_features: 5 }, 'Tanh', { type: 'Linear', out_features: 2 }];
  const model = readModel({ input: { shape: [3] }, layers }, 'model').value!;
  const layout = layoutOf(model);
  return {
    model,
    layout,
    states: { theta: Float32Array.from({ length: layout.theta.size }, (_, i) => Math.sin(i)) },
  };
}

/** wasm that records the batch sizes it compiled; `spoil` is the size whose results are altered. */
function counting(spoil?: number) {
  const sizes: number[] = [];
  const backend: Backend = {
    ...wasm,
    async compile(program) {
      const executable = await wasm.compile(program);
      sizes.push(program.rows);
      if (program.rows !== spoil) return executable;
      const read = async (slot: string) => (await executable.read(slot)).map((value) => value * 1.000001);
      return {
        ...executable,
        bytes: executable.bytes,
        read,
        write: executable.write.bind(executable),
        run: executable.run.bind(executable),
        dispose() {},
      } as typeof executable;
    },
  };
  return { backend, sizes };
}

const rows = (count: number) => Float32Array.from({ length: 3 * count }, (_, i) => Math.cos(i));

describe('the programs of a network', () => {
  it('are compiled only for the batch sizes that occur', async () => {
    const { model, layout, states } = network();
    const { backend, sizes } = counting();
    const programs = await openPrograms(model, layout, states, backend);
    expect(sizes).toEqual([8]);
    await programs.run(rows(5));
    expect(sizes).toEqual([8]);
    await programs.run(rows(1));
    expect(sizes).toEqual([8, 1]);
    await programs.run(rows(300));
    expect(sizes).toEqual([8, 1, 256]);
  });

  it('give a row the same bits in a batch of any size', async () => {
    const { model, layout, states } = network();
    const programs = await openPrograms(model, layout, states, wasm);
    const all = await programs.run(rows(300));
    for (const [start, count] of [
      [0, 1],
      [7, 3],
      [20, 20],
      [100, 200],
    ] as const) {
      const some = await programs.run(rows(300).subarray(3 * start, 3 * (start + count)));
      expect(some).toEqual(all.slice(2 * start, 2 * (start + count)));
    }
  });

  it('whose results differ by a bit from the others are not used', async () => {
    const { model, layout, states } = network();
    const { backend, sizes } = counting(1);
    const programs = await openPrograms(model, layout, states, backend);
    const [first, second] = await programs.run(rows(5));
    expect([...(await programs.run(rows(1)))]).toEqual([first, second]);
    await programs.run(rows(1));
    expect(sizes).toEqual([8, 1]);
  });

  it('each count their memory', async () => {
    const { model, layout, states } = network();
    const programs = await openPrograms(model, layout, states, wasm);
    const before = programs.bytes;
    await programs.run(rows(256));
    expect(programs.bytes).toBeGreaterThan(before);
    programs.dispose();
    expect(programs.bytes).toBe(0);
  });
});

it.each([
  ['a small network', 100 * KIB, 1 * KIB, 10, [1, 32, 256]],
  ['one whose rows are large', 100 * KIB, 600 * KIB, 10, [1, 32]],
  ['one whose rows are huge', 100 * KIB, 50 * MIB, 10, [1]],
  ['one of many parameters', 200 * MIB, 1 * KIB, 10, [1]],
  ['one that takes long to compile', 100 * KIB, 1 * KIB, 5_000, []],
])(
  '%s with %s bytes of parameters, %s bytes per row and %s ms to compile uses the batch sizes %j',
  (_, parameters, row, ms, sizes) => {
    expect(otherSizes(parameters, row, ms)).toEqual(sizes);
  },
);
