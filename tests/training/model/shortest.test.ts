import { expect, it } from 'vitest';
import { uniforms } from '#engine/random.ts';
import { shortestFloat32 } from '#training/shortest.ts';

/** The digits of a decimal without sign, point, exponent, or leading and trailing zeros. */
const digits = (value: number) =>
  String(value).replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;

/** Float32s of every exponent, from random bits. */
function floats(count: number): number[] {
  const bits = Uint32Array.from(uniforms(7, 0, count), (u) => Math.floor(u * 2 ** 32));
  return [...new Float32Array(bits.buffer)].filter(Number.isFinite);
}

it.each([0.1, 0.3, 1 / 3, 123.456, 1e-7, 3.4028234663852886e38, 1.401298464324817e-45, -2.5, 16777216, 1e10])(
  'prints %d as a float32 with no more digits than needed',
  (value) => {
    expect(Math.fround(shortestFloat32(value))).toBe(Math.fround(value));
    expect(digits(shortestFloat32(value))).toBeLessThanOrEqual(9);
  },
);

it('prints 0.1 for the float32 closest to 0.1', () => {
  expect(String(shortestFloat32(Math.fround(0.1)))).toBe('0.1');
  expect(String(shortestFloat32(Math.fround(-123.456)))).toBe('-123.456');
});

it('leaves zeros, NaN and infinities unchanged', () => {
  expect(Object.is(shortestFloat32(-0), -0)).toBe(true);
  expect([NaN, Infinity, -Infinity].map(shortestFloat32)).toEqual([NaN, Infinity, -Infinity]);
});

it('reads back to the same bits, and is as short as the shortest toPrecision that does', () => {
  for (const value of floats(20_000)) {
    const short = shortestFloat32(value);
    expect(Math.fround(short)).toBe(value);
    let least = 1;
    while (Math.fround(Number(value.toPrecision(least))) !== value) least++;
    expect(digits(short)).toBeLessThanOrEqual(least);
  }
});
