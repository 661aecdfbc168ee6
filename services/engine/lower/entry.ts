// Lowers one entry's graph to kernels: makes the fusion plan and one kernel for each of its stages and assignments, then merges kernels
// with the same loops, collapses loops, and splits long sums into trees.

import { affineKey, linear, variables } from '../affine.ts';
import type { Expression } from '../expression.ts';
import { ops } from '../ops/index.ts';
import { type Entry, recordCount } from '../program.ts';
import { sizeOf, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { BufferTable } from './buffers.ts';
import { collapse } from './collapse.ts';
import { Expressions, scopeOf } from './express.ts';
import { type FusionPlan, planFusion } from './fusion.ts';
import { interleave } from './interleave.ts';
import { type Kernel, type LoweredEntry, type MapKernel, type Store, visitExpression } from './kernel.ts';
import { mergeKernels } from './merge.ts';
import { type Place, wholePlace } from './place.ts';
import { kernelOf } from './stage-kernel.ts';
import { sumTree } from './sum-tree.ts';

/** What the entries of a program share. */
export interface Shared {
  readonly buffers: BufferTable;
  readonly scalars: number | null;
  /** Names of the scalars, in order. */
  readonly names: readonly string[];
}

/** An entry's fusion plan, and the buffers that the host reads. */
export interface PlannedEntry {
  readonly plan: FusionPlan;
  readonly records: number | null;
  readonly outputs: ReadonlyMap<string, number>;
}

export function planEntry(entry: Entry, buffers: BufferTable): PlannedEntry {
  const { name } = entry;
  const size = recordCount(entry);
  const records =
    size === 0 ? null : buffers.add({ kind: 'records', name: `${name} records`, size, dtype: 'f32' });
  const wanted = [...recordPlaces(entry, records, buffers)];
  const outputs = new Map<string, number>();
  for (const [key, t] of entry.outputs) {
    const place = buffers.whole('output', `${name} ${key}`, t);
    outputs.set(key, place.buffer);
    wanted.push([t, place]);
  }
  return { plan: planFusion(entry, wanted, buffers), records, outputs };
}

export function lowerEntry(entry: Entry, { buffers, scalars, names }: Shared): LoweredEntry {
  const { name, batch } = entry;
  const { plan, records, outputs } = planEntry(entry, buffers);
  const rows = plan.needed.some((t) => t.op === ops.batch)
    ? buffers.add({ kind: 'rows', name: `${name} rows`, size: batch, dtype: 'i32' })
    : null;
  const expressions = new Expressions(plan.places, { slots: buffers.slots, rows, scalars, names });
  const kernels: Kernel[] = [
    ...plan.stages.map((stage) => kernelOf(stage, expressions, plan.places)),
    ...assigning(plan, expressions, buffers),
  ];
  const count = recordCount(entry);
  return {
    name,
    batch,
    prologue: [
      ...(rows === null ? [] : [{ table: 'order' as const, buffer: rows, count: batch }]),
      ...(scalars === null ? [] : [{ table: 'scalars' as const, buffer: scalars, count: names.length }]),
    ],
    kernels: mergeKernels(kernels, buffers).flatMap((kernel) =>
      sumTree(interleave(collapse(kernel)), buffers),
    ),
    epilogue: records === null ? [] : [{ table: 'records', buffer: records, count }],
    recordCount: count,
    outputs,
  };
}

/** Where each record goes: one after the other in the records buffer. */
function* recordPlaces(
  entry: Entry,
  records: number | null,
  buffers: BufferTable,
): Generator<[Tensor, Place]> {
  let offset = 0;
  for (const t of entry.records.values()) {
    const size = sizeOf(t.shape);
    yield [t, wholePlace(buffers.part(records!, offset, size), t.shape)];
    offset += size;
  }
}

/** Assignments come last, because all of them see the values from before the step. */
function assigning({ assignments, places }: FusionPlan, expressions: Expressions, buffers: BufferTable) {
  const assigned = new Set<number>();
  return assignments.map(({ group, inside }): MapKernel => {
    const { shape } = group[0]![1];
    const index = variables(shape.length);
    const scope = scopeOf(new Set([...inside].filter((t) => places.of(t) === null)));
    const stores = group.map(([name, value]) => ({
      buffer: buffers.slots.get(name)!,
      address: linear(index, stridesOf(shape), 0),
      value: expressions.at(value, index, scope),
    }));
    mustNotClash(stores, assigned, buffers);
    for (const { buffer } of stores) assigned.add(buffer);
    return { form: 'map', sizes: shape, stores };
  });
}

/** Checks that a kernel that assigns in place loads a state only at the element it stores, and loads no state assigned before. */
function mustNotClash(stores: readonly Store[], before: ReadonlySet<number>, buffers: BufferTable): void {
  const own = new Map(stores.map((store) => [store.buffer, affineKey(store.address)]));
  const seen = new Set<Expression>();
  const check = (node: Expression) => {
    if (node.kind !== 'load') return;
    const address = own.get(node.buffer);
    const elsewhere = address !== undefined && address !== affineKey(node.address);
    if (before.has(node.buffer) || elsewhere)
      throw new Error(`a state is read after it was assigned: ${buffers.all[node.buffer]!.name}`);
  };
  for (const store of stores) visitExpression(store.value, check, seen);
}
