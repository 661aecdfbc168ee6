// A program's memory layout: first what the step loop itself needs, then the lowered program's buffers.

import type { LoweredProgram, RunTable } from '../../lower/kernel.ts';
import { lower } from '../../lower/lower.ts';
import { type MemoryPlan, planMemory } from '../../lower/memory-plan.ts';
import type { Program } from '../../program.ts';
import { ASIDE_BYTES, type Panels } from './kernels/panel.ts';
import { tilingOf } from './kernels/tiling.ts';
import { BARRIER_BYTES } from './threads/barrier.ts';

/** Byte addresses of everything that is not a buffer of the lowered program. */
export interface Layout {
  /** i32, the number of the current step. */
  readonly counter: number;
  /** order: i32 [rows], for the whole epoch; scalars: f32 [maxSteps, scalars]; records: f32 [maxSteps, records]. */
  readonly tables: Readonly<Record<RunTable, number>>;
  /** The words of the threads' barrier. */
  readonly barrier: number;
  /** Scratch memory of thread 0. */
  readonly panels: Panels;
  /** Byte stride from one thread's scratch memory to the next thread's. */
  readonly ownBytes: number;
  readonly plan: MemoryPlan;
  readonly bytes: number;
}

/** One page, so that no two threads write to the same cache line or to lines that a processor prefetches together. */
const OWN_ALIGNMENT = 4096;

export function layOut(program: Program, lowered: LoweredProgram, wide: boolean, threads: number): Layout {
  let end = 128;
  const take = (bytes: number, alignment = 64) => {
    const at = Math.ceil(end / alignment) * alignment;
    end = at + bytes;
    return at;
  };
  const barrier = take(threads > 1 ? BARRIER_BYTES : 0, 128);
  const counter = take(4);
  const widest = Math.max(0, ...lowered.entries.map((entry) => entry.recordCount));
  const tables = {
    order: take(program.rows * 4),
    scalars: take(program.maxSteps * program.scalars.length * 4),
    records: take(program.maxSteps * widest * 4),
  };
  const kernels = lowered.entries.flatMap((entry) => entry.kernels);
  const tilings = kernels.flatMap((kernel) => (kernel.form === 'contract' ? [tilingOf(kernel, wide)] : []));
  const own = take(0, threads > 1 ? OWN_ALIGNMENT : 64);
  const panels = {
    a: take(largest(tilings.map(({ copyBytes }) => copyBytes))),
    b: take(largest(tilings.map(({ panelBytes, together }) => panelBytes * together))),
    aside: take(ASIDE_BYTES),
  };
  const ownBytes = Math.ceil((end - own) / OWN_ALIGNMENT) * OWN_ALIGNMENT;
  if (threads > 1) end = own + threads * ownBytes;
  const plan = planMemory(lowered, end);
  return { counter, tables, barrier, panels, ownBytes, plan, bytes: plan.bytes };
}

/** Bytes that a program needs on one thread, computed without generating code. */
export function arenaBytes(program: Program): number {
  return layOut(program, lower(program), true, 1).bytes;
}

function largest(sizes: readonly number[]): number {
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}
