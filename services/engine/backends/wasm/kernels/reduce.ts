// Reduce kernels, in one of two ways, whichever loads less:
//   across  the four lanes are four neighboring results, each summed in index order
//   along   the four lanes are four neighboring elements of one sum, added up at the end as (0 + 2) + (1 + 3)
// If the innermost loop is long, four accumulators take turns, so that an addition need not wait for the previous one;
// they are added up as (0 + 1) + (2 + 3). reduce-plan.ts chooses.

import { coefficient } from '../../../affine.ts';
import type { Expression } from '../../../expression.ts';
import { type ReduceKernel, rootsOf } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import type { FunctionBuilder } from '../assembler/function-builder.ts';
import { storeLanes } from '../lanes.ts';
import type { Share } from '../threads/share.ts';
import { type Surroundings, VectorCode } from '../vector.ts';
import { type Reference, referencesOf, Walk } from '../walk.ts';
import { ACCUMULATORS, LEAST_TURNS, lanesAlong, vectorsOf } from './reduce-plan.ts';

/** Maximum elements of a sum that are unrolled. */
const MOST_UNROLLED = 16;

export function emitReduce(
  f: FunctionBuilder,
  kernel: ReduceKernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  share: Share,
): void {
  const { sizes, reduced, combine, terms } = kernel;
  const rank = sizes.length;
  const bodies = terms.map(({ body }) => body);
  const references: Reference[] = referencesOf(rootsOf(kernel));
  for (const { store } of terms)
    references.push({ kind: 'address', buffer: store.buffer, affine: store.address });
  const position = {
    coefficients: Array.from({ length: rank + 1 }, (_, v) => (v === rank ? 1 : 0)),
    offset: 0,
  };
  if (combine === 'argmax') references.push({ kind: 'index', affine: position });
  const identity = combine === 'sum' ? 0 : Number.NEGATIVE_INFINITY;
  const along = lanesAlong(kernel);

  const depth = (reduced.at(-1) ?? 0) / (along ? 4 : 1);
  const inTurns = combine !== 'argmax' && depth >= ACCUMULATORS * LEAST_TURNS;
  const vectors = vectorsOf(kernel);
  // The maximum by a single instruction that drops NaN, with a separate NaN flag; preserving NaN would take eight instructions.
  const merge = combine === 'sum' ? 'f32x4_add' : 'f32x4_pmax';
  const column = (): Column => ({
    turns: Array.from({ length: inTurns ? ACCUMULATORS : 1 }, () => terms.map(() => f.local('v128'))),
    unordered: bodies.map((body) => (combine === 'max' && mayBeNaN(body) ? f.local('v128') : null)),
  });
  const columns = Array.from({ length: vectors }, column);
  /** The columns being summed now. */
  let active = columns;
  const best = f.local('v128');

  const accumulate = (
    walk: Walk,
    lane: number | null,
    lanes: number,
    { turns, unordered }: Column,
    turn: number,
  ) => {
    const code = new VectorCode(f, around, walk, lane, lanes, bodies);
    const into = turns[turn]!;
    if (combine === 'argmax') {
      const [x, wins, result] = [f.local('v128'), f.local('v128'), into[0]!];
      code.put(bodies[0]!);
      f.tee(x).get(best).op('f32x4_gt').set(wins);
      f.get(x).get(best).get(wins).op('v128_bitselect').set(best);
      walk.index(position);
      f.op('i32x4_splat').get(result).get(wins).op('v128_bitselect').set(result);
      f.release(x);
      f.release(wins);
    } else {
      for (const [i, body] of bodies.entries()) {
        f.get(into[i]!);
        code.put(body);
        if (along && lanes < 4) {
          // Lanes past the end hold arbitrary data and are ignored.
          f.f32x4(identity).v128(
            [0, 1, 2, 3].map((lane_) => (lane_ < lanes ? -1 : 0)) as [number, number, number, number],
          );
          f.op('v128_bitselect');
        }
        const nan = unordered[i]!;
        if (nan !== null) {
          const x = f.local('v128');
          f.tee(x).get(x).get(x).op('f32x4_ne').get(nan).op('v128_or').set(nan);
          f.release(x);
        }
        f.op(merge).set(into[i]!);
      }
    }
    code.done();
  };

  /** One step of the sums in all active columns. */
  const accumulateAll = (walk: Walk, lane: number | null, lanes: number, turn = 0) => {
    for (const [i, each] of active.entries())
      accumulate(i === 0 ? walk : walk.shifted(lane!, 4 * i), lane, lanes, each, turn);
  };

  const unrolled = sizeOf(reduced) <= MOST_UNROLLED && !along;
  const loopReduced = (walk: Walk, i: number, lane: number | null, lanes: number): void => {
    if (i === reduced.length) {
      accumulateAll(walk, lane, lanes);
      return;
    }
    const v = rank + i;
    if (unrolled)
      for (let at = 0; at < reduced[i]!; at++) loopReduced(walk.shifted(v, at), i + 1, lane, lanes);
    else if (i < reduced.length - 1)
      walk.over(v, reduced[i]!, 1, (deeper) => loopReduced(deeper, i + 1, lane, lanes));
    else if (along) {
      const full = Math.floor(reduced[i]! / 4);
      loopTurns(walk, v, full, 4, v, 4);
      if (reduced[i]! % 4 !== 0) accumulateAll(walk.shifted(v, full * 4), v, reduced[i]! % 4);
    } else loopTurns(walk, v, reduced[i]!, 1, lane, lanes);
  };

  /** The innermost loop: `trips` iterations, `step` apart. */
  const loopTurns = (
    walk: Walk,
    v: number,
    trips: number,
    step: number,
    lane: number | null,
    lanes: number,
  ) => {
    if (!inTurns) {
      walk.over(v, trips, step, (deeper) => accumulateAll(deeper, lane, lanes));
      return;
    }
    const turns = Math.floor(trips / ACCUMULATORS);
    walk.over(v, turns, ACCUMULATORS * step, (deeper) => {
      for (let turn = 0; turn < ACCUMULATORS; turn++)
        accumulateAll(deeper.shifted(v, turn * step), lane, lanes, turn);
    });
    for (let at = turns * ACCUMULATORS; at < trips; at++)
      accumulateAll(walk.shifted(v, at * step), lane, lanes);
  };

  /** Combines the turns of a column, and stores its results. */
  const finish = (walk: Walk, lane: number | null, lanes: number, { turns, unordered }: Column) => {
    for (const [i, { store }] of terms.entries()) {
      const result = turns[0]![i]!;
      if (inTurns) {
        const [first, second, third, fourth] = turns.map((turn) => turn[i]!) as [
          number,
          number,
          number,
          number,
        ];
        f.get(first).get(second).op(merge).get(third).get(fourth).op(merge).op(merge).set(first);
      }
      if (along) combineLanes(f, result, merge);
      const nan = unordered[i]!;
      if (nan !== null) {
        if (along) combineLanes(f, nan, 'v128_or');
        f.f32x4(Number.NaN).get(result).get(nan).op('v128_bitselect').set(result);
      }
      const code = new VectorCode(f, around, walk, along ? null : lane, lanes, [store.value], result);
      const offset = walk.address(store.buffer, store.address);
      code.put(store.value);
      storeLanes(f, lanes, offset, lanes === 1 ? 1 : coefficient(store.address, rank - 1));
      code.done();
    }
  };

  const some = (walk: Walk, lane: number | null, lanes: number, count = 1) => {
    active = columns.slice(0, count);
    for (const { turns, unordered } of active) {
      if (combine === 'argmax') f.i32x4(0).set(turns[0]![0]!).f32x4(identity).set(best);
      else for (const local of turns.flat()) f.f32x4(identity).set(local);
      for (const local of unordered) if (local !== null) f.i32x4(0).set(local);
    }
    loopReduced(walk, 0, along ? null : lane, lanes);
    for (const [i, each] of active.entries())
      finish(i === 0 ? walk : walk.shifted(lane!, 4 * i), lane, lanes, each);
  };

  const nest = (walk: Walk, v: number): void => {
    if (v === rank) some(walk, null, 1);
    else if (along || v < rank - 1) share.over(walk, v, sizes[v]!, 1, (deeper) => nest(deeper, v + 1));
    else {
      share.over(walk, v, sizes[v]!, 4 * vectors, (deeper, count) => {
        if (count === 4 * vectors) some(deeper, v, 4, vectors);
        else for (let at = 0; at < count; at += 4) some(deeper.shifted(v, at), v, Math.min(4, count - at));
      });
    }
  };
  nest(Walk.start(f, references, slots), 0);
  f.release(best);
  for (const { turns, unordered } of columns)
    for (const local of [...turns.flat(), ...unordered]) if (local !== null) f.release(local);
}

/** The accumulators of four neighboring results, or of one result if the lanes lie along its sum. */
interface Column {
  /** [turn][term]; those of the first turn end up as the results. */
  readonly turns: readonly (readonly number[])[];
  /** For each term: whether there was a NaN; null if that is not tracked. */
  readonly unordered: readonly (number | null)[];
}

/** False only if the expression is certainly a number, such as one selected among constants and indices. */
function mayBeNaN(node: Expression): boolean {
  if (node.dtype !== 'f32') return false;
  if (node.kind === 'const') return Number.isNaN(node.value);
  if (node.kind !== 'op') return true;
  if (node.op === 'select') return node.args.slice(1).some(mayBeNaN);
  return node.op !== 'to_f32' && node.op !== 'eq' && node.op !== 'gt';
}

/** Sets every lane of the local to the combination of all four. */
function combineLanes(f: FunctionBuilder, local: number, op: 'f32x4_add' | 'f32x4_pmax' | 'v128_or'): void {
  const halves = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
  const neighbours = [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11];
  for (const order of [halves, neighbours])
    f.get(local).get(local).get(local).shuffle(order).op(op).set(local);
}
