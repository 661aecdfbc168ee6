// The shortest decimal that parses to the same float32: 0.1 rather than 0.10000000149011612.

/** 10^n is exact in a double up to n = 22. */
const POWERS = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
/** Enough significant digits to tell every float32 from its neighbors. */
const MAX_DIGITS = 9;
const FEWEST = 6;

/**
 * The double nearest to the shortest decimal (at most 9 digits) that rounds to `value` as a float32, so that it prints as that decimal.
 * Other numbers are first rounded to float32; NaN and infinities are returned unchanged.
 */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value);
  if (single === 0 || !Number.isFinite(single)) return single;
  // Fast path for integers of up to 6 digits and nearly everything else: a quotient of two exact doubles.
  const exponent = Math.floor(Math.log10(Math.abs(single)));
  for (let digits = FEWEST; digits <= MAX_DIGITS; digits++) {
    const shift = digits - 1 - exponent;
    if (shift < 0 || shift > 22) break;
    const power = POWERS[shift]!;
    const candidate = Math.round(single * power) / power;
    if (Math.fround(candidate) === single) return candidate;
  }
  // Very small or large numbers; a subnormal may need only one digit.
  for (let digits = 1; digits <= MAX_DIGITS; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return candidate;
  }
  return single;
}
