// From a program to kernels: buffers for what it holds, then each entry's graph.

import type { Program } from '../program.ts';
import { sizeOf } from '../shape.ts';
import { EntryLowering } from './entry.ts';
import type { Buffer, LoweredProgram } from './kernel.ts';

export function lower(program: Program): LoweredProgram {
  const buffers: Buffer[] = [];
  const slots = new Map<string, number>();
  const held = [
    ...program.states.map((slot) => ({ slot, kind: 'state' as const })),
    ...program.data.map((slot) => ({ slot, kind: 'data' as const })),
  ];
  for (const { slot, kind } of held) {
    const { name, dtype } = slot;
    slots.set(name, buffers.push({ kind, name, size: sizeOf(slot.shape), dtype, within: null }) - 1);
  }
  const { scalars: names } = program;
  const scalars =
    names.length === 0
      ? null
      : buffers.push({ kind: 'scalars', name: 'scalars', size: names.length, dtype: 'f32', within: null }) -
        1;
  const shared = { buffers, slots, scalars, names };
  const entries = program.entries.map((entry) => new EntryLowering(entry, shared).lower());
  return { buffers, entries, slots, scalars };
}
