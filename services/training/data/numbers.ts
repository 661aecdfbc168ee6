// The typed arrays that a table may hold, in memory and in a safetensors file. Numbers keep the smallest type they came in: image bytes
// stay bytes.

import type { InputDType } from '#contracts/datasets/dataset.ts';
import type { SafeDType } from '../model/safetensors.ts';

export type TableNumbers = Float64Array | Float32Array | Int32Array | Uint8Array;
export type TableDType = Extract<SafeDType, 'F64' | 'F32' | 'I32' | 'U8'>;

const ARRAYS = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;

/** An array of zeros. */
export function numbersFor(dtype: TableDType, length: number): TableNumbers {
  return new ARRAYS[dtype](length);
}

export function safeDTypeOf(numbers: TableNumbers): TableDType {
  if (numbers instanceof Float64Array) return 'F64';
  if (numbers instanceof Float32Array) return 'F32';
  return numbers instanceof Int32Array ? 'I32' : 'U8';
}

export function dtypeOf(numbers: TableNumbers): InputDType {
  const names = { F64: 'float64', F32: 'float32', I32: 'int32', U8: 'uint8' } as const;
  return names[safeDTypeOf(numbers)];
}
