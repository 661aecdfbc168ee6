// From a program to kernels: buffers for what it holds, then each entry's graph.

import type { Program } from '../program.ts';
import { sizeOf } from '../shape.ts';
import { BufferTable } from './buffers.ts';
import { EntryLowering } from './entry.ts';
import type { LoweredProgram } from './kernel.ts';

export function lower(program: Program): LoweredProgram {
  const buffers = new BufferTable();
  for (const kind of ['state', 'data'] as const) {
    for (const { name, shape, dtype, bytes } of kind === 'state' ? program.states : program.data) {
      const stored = bytes === undefined ? dtype : 'u8';
      buffers.slots.set(name, buffers.add({ kind, name, size: sizeOf(shape), dtype: stored }));
    }
  }
  const { scalars: names } = program;
  const scalars =
    names.length === 0
      ? null
      : buffers.add({ kind: 'scalars', name: 'scalars', size: names.length, dtype: 'f32' });
  const entries = program.entries.map((entry) =>
    new EntryLowering(entry, { buffers, scalars, names }).lower(),
  );
  return { buffers: buffers.all, entries, slots: buffers.slots, scalars };
}
