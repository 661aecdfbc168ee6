// The fusion plan of one entry: which tensors are stored and where, and which are computed inline in the kernels of others. It is made from
// the graph alone, before any kernel. All fusion decisions are here, in `uses.ts` (is it worth storing?) and in `destinations.ts` (where
// does its consumer want it?).
//
// Stored are reductions and contractions, gathered rows, assembled tensors, whatever one of these must read from memory, and
// elementwise results that are expensive and needed more than once. If the only use of a reduction or contraction is
// elementwise, that consumer is fused into its epilogue. Movement (reshape, permute, broadcast, slice …) only changes indices.

import { ops } from '../ops/index.ts';
import type { Entry } from '../program.ts';
import { formatShape, sameShape, sizeOf, squeezed, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { BufferTable } from './buffers.ts';
import { Destinations } from './destinations.ts';
import { type Place, samePlace } from './place.ts';
import { Places } from './places.ts';
import { Uses } from './uses.ts';

/**
 * A tensor and the place where a kernel stores it. An assembled tensor has no stage, since its parts are stored directly into their
 * regions.
 */
export interface Stage {
  readonly tensor: Tensor;
  readonly place: Place;
  /** From the tensor to its core, the reduction or contraction that it is or is the epilogue of; null if it is neither. */
  readonly path: readonly Tensor[] | null;
  /** Whether the tensor is already stored elsewhere, and copied from there. */
  readonly isCopy: boolean;
}

/** States of one shape that a single kernel assigns. */
export interface Assignment {
  readonly group: readonly (readonly [state: string, value: Tensor])[];
  /** What that kernel computes: the values, and whatever only they need. */
  readonly inside: ReadonlySet<Tensor>;
}

export interface FusionPlan {
  /** Ordered so that each stage comes after those it reads. */
  readonly stages: readonly Stage[];
  /** Run after all stages, so that everything sees the states from before the step. */
  readonly assignments: readonly Assignment[];
  readonly places: Places;
  /** Everything the entry depends on, inputs before their consumers. */
  readonly needed: readonly Tensor[];
}

/** @param wanted tensors that are recorded or read after a run, and their places */
export function planFusion(
  entry: Entry,
  wanted: readonly (readonly [Tensor, Place])[],
  buffers: BufferTable,
): FusionPlan {
  const uses = new Uses([...wanted.map(([t]) => t), ...entry.assigns.values()]);
  const destinations = new Destinations(buffers, wanted, uses.needed);
  const assignments = assignmentsOf(entry, uses);
  const places = new Places(buffers.slots);
  const isStored = storedBy(uses, destinations, assignments, wanted);
  const stages: Stage[] = [];
  const store = (tensor: Tensor, place: Place, path: Stage['path'], isCopy = false): Place => {
    stages.push({ tensor, place, path, isCopy });
    return place;
  };
  const storeAlso = (t: Tensor, place: Place) => {
    if (!samePlace(places.of(t)!, place)) store(t, place, null, true);
  };
  const storeInOrder = (t: Tensor): Place => {
    const known = places.inOrder(t);
    if (known !== null) return known;
    const copy = store(t, buffers.whole('scratch', `copy of ${t.id}`, t), null, true);
    places.setInOrder(t, copy);
    return copy;
  };

  for (const t of uses.needed) {
    for (const input of readInOrder(t)) {
      const { buffer, offset } = storeInOrder(input);
      // A reshape of a contiguous tensor is only a view.
      if (t.op === ops.reshape) places.set(t, { buffer, offset, strides: stridesOf(t.shape) });
    }
    if (!isStored(t) || places.of(t) !== null) continue;
    const isAssembled = t.op.meaning.kind === 'assemble';
    if (isAssembled) {
      const { regions } = destinations.assembly(t);
      for (const [i, part] of t.inputs.entries()) storeAlso(part, regions[i]!);
    }
    const place = destinations.of(t) ?? buffers.whole('scratch', `${t.op.name} ${t.id}`, t);
    if (!isAssembled) store(t, place, uses.pathOf(t));
    places.set(t, place);
  }
  for (const [t, place] of wanted) storeAlso(t, place);
  return { stages, assignments, places, needed: uses.needed };
}

function assignmentsOf(entry: Entry, uses: Uses): Assignment[] {
  const groups = Map.groupBy(entry.assigns, ([, value]) => formatShape(value.shape));
  return [...groups.values()].map((group) => ({
    group,
    inside: uses.closedUnder(group.map(([, value]) => value)),
  }));
}

/** Decides which tensors get a place of their own. */
function storedBy(
  uses: Uses,
  destinations: Destinations,
  assignments: readonly Assignment[],
  wanted: readonly (readonly [Tensor, Place])[],
): (t: Tensor) => boolean {
  const required = new Set(wanted.map(([t]) => t));
  const epilogues = new Set<Tensor>();
  const assigned = new Set(assignments.flatMap(({ inside }) => uses.onlyWithin(inside)));
  const isStored = (t: Tensor): boolean => {
    if (required.has(t)) return true;
    switch (t.op.meaning.kind) {
      case 'reduce':
      case 'contract':
        return !epilogues.has(t);
      case 'gather':
      case 'scatter':
      case 'assemble':
        return true;
      case 'elementwise':
        return uses.deservesStoring(t) && !assigned.has(t);
      case 'leaf':
        // Random numbers that several kernels need are stored, so that they are drawn only once.
        return t.op === ops.batch || (t.op === ops.uniform && uses.count(t) > 1);
      case 'movement':
        return false;
    }
  };
  // Consumers first: what they need in memory has to be known before deciding whether to store it.
  for (const t of [...uses.needed].reverse()) {
    for (const input of readInMemory(t, uses)) required.add(input);
    if (!isStored(t)) continue;
    const isView = t.op === ops.reshape && destinations.of(t) === null;
    if (isView) required.add(t.inputs[0]!);
    const core = isView ? null : uses.coreOf(t);
    if (core !== null && core !== t) epilogues.add(core);
  }
  return isStored;
}

/** The inputs that `t` cannot compute inline and therefore must be stored. */
function readInMemory(t: Tensor, uses: Uses): readonly Tensor[] {
  const { kind } = t.op.meaning;
  const [first] = t.inputs;
  if (kind === 'assemble' || kind === 'gather') return t.inputs;
  // A contraction reads every element of its operands many times.
  if (kind === 'contract') return t.inputs.map(viewed);
  if (t.op === ops.broadcast && uses.dearToRepeat(first!)) return [first!];
  return readInOrder(t);
}

/** The inputs that must be contiguous in memory. */
function readInOrder(t: Tensor): readonly Tensor[] {
  const [first, second] = t.inputs;
  if (t.op === ops.scatter) return isRowByRow(first!, second!) ? [second!] : [first!, second!];
  return isMisaligned(t) ? [first!] : [];
}

/** The tensor that a contraction's operand is a view of. */
function viewed(t: Tensor): Tensor {
  let base = t;
  while (base.op.meaning.kind === 'movement' && !isMisaligned(base)) base = base.inputs[0]!;
  return base;
}

/** Whether `t` is a reshape that no affine index can express, so that its input must be contiguous. */
function isMisaligned(t: Tensor): boolean {
  return t.op === ops.reshape && !sameShape(squeezed(t.shape), squeezed(t.inputs[0]!.shape));
}

/** Whether a scatter can compute its values inline, as [numbers, row]. */
export function isRowByRow(values: Tensor, numbers: Tensor): boolean {
  const count = sizeOf(numbers.shape);
  const width = sizeOf(values.shape) / count;
  return sameShape(squeezed(values.shape), squeezed([count, width]));
}
