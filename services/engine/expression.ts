// Scalar expressions: how one element of a kernel's output is computed. They are pure data that an emitter turns into WebAssembly or WGSL.
// Indices are affine in the kernel's loop variables.

export type DType = 'f32' | 'i32';

/** What a buffer may hold besides a dtype: bytes, which every load widens to 32-bit integers. */
export type Stored = DType | 'u8';

/** Bytes per element. */
export function widthOf(stored: Stored): number {
  return stored === 'u8' ? 1 : 4;
}

/** offset + Σ coefficients[v] · loop variable v */
export interface Affine {
  readonly coefficients: readonly number[];
  readonly offset: number;
}

export type ScalarOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'max'
  | 'min'
  | 'neg'
  | 'abs'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'tanh'
  | 'erf'
  | 'eq'
  | 'gt'
  | 'select'
  | 'to_f32';

export type Expression =
  | { readonly kind: 'const'; readonly dtype: DType; readonly value: number }
  /** The value of an affine index itself. */
  | { readonly kind: 'index'; readonly dtype: 'i32'; readonly index: Affine }
  | {
      readonly kind: 'load';
      readonly dtype: Stored;
      readonly buffer: number;
      /** In elements, from the start of the buffer. */
      readonly address: Affine;
      /** A row chosen at run time, which adds `row` · `rowStride` elements to the address; null for none. */
      readonly row: Expression | null;
      readonly rowStride: number;
    }
  /** A uniform number in [0, 1): Threefry-2x32 with key (seed, stream) and counter (step, element). */
  | { readonly kind: 'uniform'; readonly dtype: 'f32'; readonly stream: number; readonly element: Affine }
  | {
      readonly kind: 'op';
      readonly dtype: DType;
      readonly op: ScalarOp;
      readonly args: readonly Expression[];
    }
  /** In an epilogue, the result of the kernel's own reduction or contraction. */
  | { readonly kind: 'core'; readonly dtype: DType };

export function constant(value: number, dtype: DType = 'f32'): Expression {
  return { kind: 'const', dtype, value };
}

/** `eq` and `gt` return 1 or 0 in f32; `select` returns its second argument if the first is nonzero, otherwise the third. */
export function apply(op: ScalarOp, ...args: readonly Expression[]): Expression {
  const dtype =
    op === 'eq' || op === 'gt' || op === 'to_f32' ? 'f32' : op === 'select' ? args[1]!.dtype : args[0]!.dtype;
  return { kind: 'op', dtype: dtype === 'u8' ? 'i32' : dtype, op, args };
}
