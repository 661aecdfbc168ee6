// Detects whether relaxed_madd rounds once (fused) or twice on this machine. The answer is part of the fingerprint, because two machines
// can give equal results only if it is the same on both.

import { FunctionBuilder } from './assembler/function-builder.ts';
import { ModuleBuilder } from './assembler/module-builder.ts';

export function fusesMultiplyAdd(): boolean {
  const f = new FunctionBuilder(0);
  // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is exactly 2⁻²⁴, or 0 if the product is rounded first.
  f.i32(0)
    .f32x4(1 + 2 ** -12)
    .f32x4(1 + 2 ** -12)
    .f32x4(-(1 + 2 ** -11))
    .op('f32x4_relaxed_madd');
  f.memory('v128_store', 0);
  const builder = new ModuleBuilder();
  builder.export('probe', builder.add(f));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.encode(1)), {
    env: { memory },
  });
  (exports.probe as () => void)();
  return new Float32Array(memory.buffer)[0] !== 0;
}
