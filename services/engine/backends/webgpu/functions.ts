// Functions of one number that WGSL either lacks (erf, uniform) or specifies too loosely to agree with the CPU (exp and tanh may be several
// ulp off, and tanh may overflow). Methods and coefficients are those of backends/wasm/functions, so that both devices compute the same
// formulas.
//
// WGSL has no constants for NaN and infinity and lets a compiler assume that neither occurs. Devices compute with them anyway,
// and a diverging run must show them: they are computed from values known only at run time, and NaN is detected by its bits.
// Subnormal numbers may be flushed to 0.

import { THREEFRY } from '../../random.ts';

const IS_NAN = /* wgsl */ `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`;

const MAX = /* wgsl */ `
// The larger, or NaN where either is.
fn max_of(a: f32, b: f32) -> f32 { return select(select(a, b, a < b), b, is_nan(b)); }`;

const MIN = /* wgsl */ `
// The smaller, or NaN where either is.
fn min_of(a: f32, b: f32) -> f32 { return select(select(a, b, b < a), b, is_nan(b)); }`;

const EXP = /* wgsl */ `
// eˣ, by Cody and Waite's split of ln 2 and Cephes' polynomial of degree 7; 0 below −87. 2 ulp.
fn exp_of(value: f32) -> f32 {
  let x = min(max(value, -87.0), 89.0);
  let n = round(x * 1.4426950408889634);
  let r = fma(n, 2.1219444e-4, fma(n, -0.693359375, x));
  var p = fma(1.98756915e-4, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  let e = fma(p, r * r, r) + 1.0;
  // 2ⁿ as two powers: n reaches 128, one more than the exponent of a float.
  let k = i32(n);
  let half = k >> 1u;
  let result = e * bitcast<f32>((half + 127) << 23u) * bitcast<f32>((k - half + 127) << 23u);
  return select(select(result, 0.0, value < -87.0), value, is_nan(value));
}`;

const LOG = /* wgsl */ `
// ln x, by Cephes' polynomial of degree 9 on [√½, √2). −∞ at 0, NaN below it. 2 ulp.
fn log_of(x: f32) -> f32 {
  let given = bitcast<u32>(x);
  // A subnormal number is its bits times 2⁻¹⁴⁹.
  let subnormal = given < 0x00800000u;
  let bits = select(given, bitcast<u32>(f32(given)), subnormal);
  var e = f32(i32(bits >> 23u) - 126 - select(0, 149, subnormal));
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
  let below = m < 0.70710678;
  e = select(e, e - 1.0, below);
  m = select(m, m + m, below) - 1.0;
  let z = m * m;
  var p = fma(7.0376836292e-2, m, -1.151461031e-1);
  p = fma(p, m, 1.167699874e-1);
  p = fma(p, m, -1.2420140846e-1);
  p = fma(p, m, 1.4249322787e-1);
  p = fma(p, m, -1.6668057665e-1);
  p = fma(p, m, 2.0000714765e-1);
  p = fma(p, m, -2.4999993993e-1);
  p = fma(p, m, 3.3333331174e-1);
  let y = fma(z, -0.5, p * m * z + e * -2.1219444e-4);
  let inside = m + y + e * 0.693359375;
  let edge = select(inside, (-2.0 - x) * 3.4028234663852886e38, (given & 0x7fffffffu) == 0u);
  let below_zero = select(edge, bitcast<f32>(given | 0x7fc00000u), given > 0x80000000u);
  return select(below_zero, x, (given & 0x7fffffffu) > 0x7f800000u || given == 0x7f800000u);
}`;

const TANH = /* wgsl */ `
// tanh x: below 0.625 Cephes' odd polynomial, above it 1 − 2 / (e^2|x| + 1). 2 ulp.
fn tanh_of(x: f32) -> f32 {
  let s = x * x;
  var p = fma(-5.70498872745e-3, s, 2.06390887954e-2);
  p = fma(p, s, -5.37397155531e-2);
  p = fma(p, s, 1.33314422036e-1);
  p = fma(p, s, -3.33332819422e-1);
  let near = fma(p * s, x, x);
  let far = 1.0 - 2.0 / (exp_of(2.0 * min(abs(x), 20.0)) + 1.0);
  let y = select(select(far, -far, x < 0.0), near, abs(x) < 0.625);
  // Of −0 as well: x where it is 0.
  return select(y, x, is_nan(x) || x == 0.0);
}`;

const ERF = /* wgsl */ `
// erf x: below 1 the Maclaurin series, above it formula 7.1.26 of Abramowitz and Stegun. 2e-7 absolute.
fn erf_of(x: f32) -> f32 {
  let z = min(x * x, 100.0);
  let p = ${erfSeries()};
  let near = p * x;
  let a = min(abs(x), 10.0);
  let t = 1.0 / fma(0.3275911, a, 1.0);
  var q = fma(1.061405429, t, -1.453152027);
  q = fma(q, t, 1.421413741);
  q = fma(q, t, -0.284496736);
  q = fma(q, t, 0.254829592);
  let far = 1.0 - q * t * exp_of(-min(z, 100.0));
  let y = select(select(far, -far, x < 0.0), near, a < 1.0);
  return select(y, x, is_nan(x));
}`;

/** 2/√π (−1)ⁿ / (n! (2n + 1)) for n = 9 … 0, as nested multiply-adds in z. */
function erfSeries(): string {
  let text = '';
  for (let n = 9; n >= 0; n--) {
    let factorial = 1;
    for (let j = 2; j <= n; j++) factorial *= j;
    const c = String(((2 / Math.sqrt(Math.PI)) * (n % 2 === 0 ? 1 : -1)) / (factorial * (2 * n + 1)));
    text = text === '' ? c : `fma(${text}, z, ${c})`;
  }
  return text;
}

/** Threefry-2x32, producing the same words as engine/random.ts on the host. */
function uniform(): string {
  const rounds: string[] = [];
  for (let round = 0; round < THREEFRY.rounds; round++) {
    const rotation = THREEFRY.rotations[round % 8]!;
    rounds.push(`x0 += x1; x1 = ((x1 << ${rotation}u) | (x1 >> ${32 - rotation}u)) ^ x0;`);
    if (round % 4 !== 3) continue;
    const injection = (round + 1) / 4;
    rounds.push(`x0 += k${injection % 3}; x1 += k${(injection + 1) % 3} + ${injection}u;`);
  }
  return `
// A uniform number in [0, 1) from key (k0, k1) and counter (step, element): the upper 24 bits of the first word.
fn uniform_of(k0: u32, k1: u32, step: u32, element: u32) -> f32 {
  let k2 = ${THREEFRY.parity}u ^ k0 ^ k1;
  var x0 = step + k0;
  var x1 = element + k1;
  ${rounds.join('\n  ')}
  return f32(x0 >> 8u) * 5.9604644775390625e-8;
}`;
}

/** The WGSL of each function, and the functions it calls. */
const FUNCTIONS = {
  is_nan: { text: IS_NAN, calls: [] },
  max_of: { text: MAX, calls: ['is_nan'] },
  min_of: { text: MIN, calls: ['is_nan'] },
  exp_of: { text: EXP, calls: ['is_nan'] },
  log_of: { text: LOG, calls: [] },
  tanh_of: { text: TANH, calls: ['exp_of', 'is_nan'] },
  erf_of: { text: ERF, calls: ['exp_of', 'is_nan'] },
  uniform_of: { text: uniform(), calls: [] },
} as const satisfies Record<string, { text: string; calls: readonly string[] }>;

export type FunctionName = keyof typeof FUNCTIONS;

/** The WGSL of the named functions and of everything they call. */
export function functionTexts(names: ReadonlySet<FunctionName>): string {
  const wanted = new Set<string>(names);
  for (const name of names) for (const called of FUNCTIONS[name].calls) wanted.add(called);
  return Object.entries(FUNCTIONS)
    .filter(([name]) => wanted.has(name))
    .map(([, { text }]) => text)
    .join('\n');
}
