// The uniform numbers of random.ts on the host, four at a time: a large network draws millions of them before its first step.

import { seedWord } from '../../random.ts';
import { FunctionBuilder } from './assembler/function-builder.ts';
import { ModuleBuilder } from './assembler/module-builder.ts';
import { emitUniform } from './functions/uniform.ts';

/** Maximum numbers per call: as many as fit into one page of memory. */
const MOST = 16384;

/**
 * Opens a stream of uniform numbers in [0, 1). `draw(from, count)` returns the same numbers as `uniforms`, at most 16,384 per call, as a
 * view that is valid until the next call.
 */
export function openDraws(seed: number, stream: number): (from: number, count: number) => Float32Array {
  const f = new FunctionBuilder(2);
  const [from, end] = [0, 1];
  const [elements, at] = [f.local('v128'), f.local('i32')];
  f.get(from).op('i32x4_splat').v128([0, 1, 2, 3]).op('i32x4_add').set(elements);
  f.i32(0).set(at);
  f.loop(
    () => {
      f.get(at).i32x4(0).get(elements);
      emitUniform(f, seedWord(seed), stream);
      f.memory('v128_store', 0);
      f.get(elements).i32x4(4).op('i32x4_add').set(elements);
      f.get(at).i32(16).op('i32_add').set(at);
    },
    () => f.get(at).get(end).op('i32_ne'),
  );
  const builder = new ModuleBuilder();
  builder.export('draw', builder.add(f));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(builder.encode(1));
  const { draw } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    draw(from: number, end: number): void;
  };
  const drawn = new Float32Array(memory.buffer);
  return (from, count) => {
    if (count < 1 || count > MOST) throw new RangeError(`${count} draws: 1 to ${MOST} at a time`);
    draw(from, 16 * Math.ceil(count / 4));
    return drawn.subarray(0, count);
  };
}
