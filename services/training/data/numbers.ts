// The typed arrays that a table may hold, as they lie in memory and in a safetensors file. Numbers are kept as small as
// they came: an image of bytes stays bytes.

import type { InputDType } from '#contracts/dataset.ts';
import type { SafeDType } from '../safetensors.ts';

export type TableNumbers = Float64Array | Float32Array | Int32Array | Uint8Array;

export function safeDTypeOf(numbers: TableNumbers): SafeDType {
  if (numbers instanceof Float64Array) return 'F64';
  if (numbers instanceof Float32Array) return 'F32';
  return numbers instanceof Int32Array ? 'I32' : 'U8';
}

export function dtypeOf(numbers: TableNumbers): InputDType {
  const names = { F64: 'float64', F32: 'float32', I32: 'int32', U8: 'uint8' } as const;
  return names[safeDTypeOf(numbers) as keyof typeof names];
}
