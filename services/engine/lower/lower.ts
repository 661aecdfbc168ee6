// Lowers a program to kernels: allocates its buffers, then lowers each entry's graph.

import type { Program } from '../program.ts';
import { sizeOf } from '../shape.ts';
import { BufferTable } from './buffers.ts';
import { lowerEntry, planEntry } from './entry.ts';
import type { FusionPlan } from './fusion.ts';
import type { LoweredProgram } from './kernel.ts';

export function lower(program: Program): LoweredProgram {
  const buffers = declaredBy(program);
  const { scalars: names } = program;
  const scalars =
    names.length === 0
      ? null
      : buffers.add({ kind: 'scalars', name: 'scalars', size: names.length, dtype: 'f32' });
  const entries = program.entries.map((entry) => lowerEntry(entry, { buffers, scalars, names }));
  return { buffers: buffers.all, entries, slots: buffers.slots };
}

/** The fusion plan of each entry, for inspection. */
export function fusionPlans(program: Program): ReadonlyMap<string, FusionPlan> {
  const buffers = declaredBy(program);
  return new Map(program.entries.map((entry) => [entry.name, planEntry(entry, buffers).plan]));
}

/** One buffer per state and data slot. */
function declaredBy(program: Program): BufferTable {
  const buffers = new BufferTable();
  for (const kind of ['state', 'data'] as const) {
    for (const { name, shape, dtype, bytes } of kind === 'state' ? program.states : program.data) {
      const stored = bytes === undefined ? dtype : 'u8';
      buffers.slots.set(name, buffers.add({ kind, name, size: sizeOf(shape), dtype: stored }));
    }
  }
  return buffers;
}
