// Uniform numbers in [0, 1) of four elements: Threefry-2x32 with key (seed, stream) and counter (step, element), the
// same words as engine/random.ts gives on the host.

import { THREEFRY } from '../../../random.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';

/** Stack: the step in all four lanes, then the four element numbers. */
export function emitUniform(f: FunctionBuilder, key: number, stream: number): void {
  const [x0, x1] = [f.local('v128'), f.local('v128')];
  const keys = [key, stream, THREEFRY.parity ^ key ^ stream];
  f.i32x4(keys[1]!).op('i32x4_add').set(x1);
  f.i32x4(keys[0]!).op('i32x4_add').set(x0);
  for (let round = 0; round < THREEFRY.rounds; round++) {
    const rotation = THREEFRY.rotations[round % 8]!;
    f.get(x0).get(x1).op('i32x4_add').set(x0);
    f.get(x1).i32(rotation).op('i32x4_shl');
    f.get(x1)
      .i32(32 - rotation)
      .op('i32x4_shr_u');
    f.op('v128_or').get(x0).op('v128_xor').set(x1);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      f.get(x0)
        .i32x4(keys[injection % 3]!)
        .op('i32x4_add')
        .set(x0);
      f.get(x1)
        .i32x4((keys[(injection + 1) % 3]! + injection) | 0)
        .op('i32x4_add')
        .set(x1);
    }
  }
  // The upper 24 bits of the first word.
  f.get(x0)
    .i32(8)
    .op('i32x4_shr_u')
    .op('f32x4_convert_i32x4_s')
    .f32x4(2 ** -24)
    .op('f32x4_mul');
  f.release(x0);
  f.release(x1);
}
