// The instructions that our code uses, by name, with their numbers.
// Format: WebAssembly core specification 2.0 with fixed-width SIMD, relaxed SIMD and threads, chapter "Binary Format".

export const TYPE = { i32: 0x7f, v128: 0x7b } as const;
export type LocalType = keyof typeof TYPE;

/** One-byte opcodes. */
export const PLAIN = {
  drop: 0x1a,
  i32_eqz: 0x45,
  i32_eq: 0x46,
  i32_ne: 0x47,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_u: 0x6e,
  i32_and: 0x71,
  i32_shl: 0x74,
} as const;

/** Opcodes after the atomic prefix; all operate on 4-byte words. */
export const ATOMIC = {
  /** Stack: address, maximum number of threads to wake. Leaves the number woken. */
  notify: 0x00,
  /** Stack: address, expected word, timeout in nanoseconds (i64). Leaves 0 if woken, 1 if not equal, 2 if timed out. */
  wait32: 0x01,
  load: 0x10,
  store: 0x17,
  /** Leaves the previous value. */
  add: 0x1e,
} as const;

/** Opcodes after the SIMD prefix that have no immediates. */
export const SIMD = {
  i32x4_splat: 17,
  i16x8_extend_low_i8x16_u: 0x89,
  i32x4_extend_low_i16x8_u: 0xa9,
  i32x4_eq: 55,
  i32x4_gt_s: 59,
  f32x4_eq: 65,
  f32x4_ne: 66,
  f32x4_lt: 67,
  f32x4_gt: 68,
  v128_and: 78,
  v128_andnot: 79,
  v128_or: 80,
  v128_xor: 81,
  v128_bitselect: 82,
  i32x4_shl: 0xab,
  i32x4_shr_s: 0xac,
  i32x4_shr_u: 0xad,
  i32x4_add: 0xae,
  i32x4_sub: 0xb1,
  i32x4_mul: 0xb5,
  i32x4_neg: 0xa1,
  i32x4_abs: 0xa0,
  i32x4_min_s: 0xb6,
  i32x4_max_s: 0xb8,
  f32x4_abs: 0xe0,
  f32x4_neg: 0xe1,
  f32x4_sqrt: 0xe3,
  f32x4_add: 0xe4,
  f32x4_sub: 0xe5,
  f32x4_mul: 0xe6,
  f32x4_div: 0xe7,
  f32x4_min: 0xe8,
  f32x4_max: 0xe9,
  f32x4_pmin: 0xea,
  f32x4_pmax: 0xeb,
  f32x4_convert_i32x4_s: 0xfa,
  f32x4_relaxed_madd: 0x105,
} as const;

/** Vector loads and stores: opcode, log2 of the natural alignment, and whether a lane index follows. */
export const MEMORY = {
  v128_load: [0, 4, false],
  v128_load32_splat: [9, 2, false],
  v128_store: [11, 4, false],
  v128_load32_zero: [92, 0, false],
  v128_load8_lane: [84, 0, true],
  v128_load32_lane: [86, 2, true],
  v128_store32_lane: [90, 2, true],
  v128_store64_lane: [91, 3, true],
} as const;

export type PlainOp = keyof typeof PLAIN | keyof typeof SIMD;
