// A tensor's bytes as float32, from any dtype of a safetensors file.

import { alignedView } from '../data/table.ts';
import type { SafeTensor } from './safetensors.ts';

/** Wider types are rounded; integers beyond 2²⁴ may lose their last digits. */
export function numbersOf({ dtype, bytes }: SafeTensor): Float32Array {
  switch (dtype) {
    case 'F32':
      return new Float32Array(...alignedView(bytes, 4));
    case 'F64':
      return Float32Array.from(new Float64Array(...alignedView(bytes, 8)));
    case 'F16':
      return Float32Array.from(new Uint16Array(...alignedView(bytes, 2)), fromHalf);
    case 'BF16':
      return fromBfloat(new Uint16Array(...alignedView(bytes, 2)));
    case 'I64':
      return Float32Array.from(new BigInt64Array(...alignedView(bytes, 8)), Number);
    case 'I32':
      return Float32Array.from(new Int32Array(...alignedView(bytes, 4)));
    case 'I16':
      return Float32Array.from(new Int16Array(...alignedView(bytes, 2)));
    case 'I8':
      return Float32Array.from(new Int8Array(...alignedView(bytes, 1)));
    case 'U8':
    case 'BOOL':
      return Float32Array.from(bytes);
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function fromBfloat(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (bits) => bits << 16).buffer);
}
