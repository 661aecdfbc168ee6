// The random numbers: Threefry's known answers, equal draws on the host and in programs, and the properties of shuffles.

import { describe, expect, it } from 'vitest';
import { openDraws } from '#engine/backends/wasm/draws.ts';
import { uniform } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { permutation, STREAM, seedWord, threefry2x32, uniformOf, uniforms } from '#engine/random.ts';
import { backends } from './backends.ts';

describe('Threefry-2x32 with 20 rounds', () => {
  // From kat_vectors of the Random123 distribution (Salmon et al.).
  it.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ])('matches the published known answer for key %j and counter %j', (key, counter, answer) => {
    expect(threefry2x32(key[0]!, key[1]!, counter[0]!, counter[1]!)).toEqual(answer);
  });
});

describe('uniform numbers', () => {
  it.each([
    [1, 0],
    [3, 5],
    [16_384, 0],
    [4_097, 2 ** 32 - 4_000],
  ])('are the same for %i draws starting at %i when computed four at a time', (count, from) => {
    const seed = 2 ** 40 + 17;
    expect([...openDraws(seed, 7)(from, count)]).toEqual([...uniforms(seed, 7, count, from)]);
  });
  it('cannot be drawn in larger batches than fit in memory', () => {
    expect(() => openDraws(1, 1)(0, 16_385)).toThrow(/16385 draws: 1 to 16384/);
  });

  it.each(backends.map((b) => [b.name, b] as const))(
    'match those drawn on the host, bit for bit, in every step on %s',
    async (_, backend) => {
      const seed = 2 ** 40 + 17;
      const program = new ProgramBuilder({ seed });
      program.entry('draw', 1, (entry) => entry.output('u', uniform(entry.graph, [3, 7], 5)));
      const exe = await backend.compile(program.build());
      for (const [steps, counter] of [
        [1, 0],
        [3, 40],
      ] as const) {
        await exe.run('draw', { steps, cursor: 0, counter, scalars: new Float32Array(0) });
        const last = counter + steps - 1;
        const expected = Array.from({ length: 21 }, (_, i) =>
          uniformOf(threefry2x32(seedWord(seed), STREAM.program + 5, last, i)[0]),
        );
        expect([...(await exe.read('u'))]).toEqual(expected);
      }
    },
  );

  it('fill [0, 1) evenly', () => {
    const draws = uniforms(0, 1, 100_000);
    const bins = new Array(10).fill(0);
    for (const u of draws) bins[Math.floor(u * 10)]++;
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    // Standard deviation of a bin: √(n p (1 − p)) ≈ 95.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * 95);
  });
});

describe('a permutation', () => {
  it('holds every row once, depends on round and seed, and is reproducible', () => {
    const order = permutation(1, STREAM.order, 3, 1000);
    expect(Int32Array.from(order).sort()).toEqual(Int32Array.from({ length: 1000 }, (_, i) => i));
    expect(permutation(1, STREAM.order, 3, 1000)).toEqual(order);
    expect(permutation(1, STREAM.order, 4, 1000)).not.toEqual(order);
    expect(permutation(2, STREAM.order, 3, 1000)).not.toEqual(order);
  });

  it('puts every row in every position equally often', () => {
    const seen = new Array(25).fill(0);
    for (let round = 0; round < 10_000; round++) {
      for (const [place, row] of permutation(9, STREAM.order, round, 5).entries()) seen[place * 5 + row]++;
    }
    // Standard deviation: √(10,000 · 0.2 · 0.8) = 40.
    for (const count of seen) expect(Math.abs(count - 2000)).toBeLessThan(5 * 40);
  });
});
