// Decides which threads run an entry's kernels, and where barriers are needed: pure data. A large kernel is split over all threads, a small
// one runs on the first. Two consecutive kernels have a barrier between them only if one reads another thread's results or would overwrite
// data that another thread may still read.

import type { Affine, Expression } from '../../../expression.ts';
import { type Kernel, type Operand, rootsOf, storesOf, visitExpression } from '../../../lower/kernel.ts';
import type { MemoryPlan } from '../../../lower/memory-plan.ts';
import { nanosecondsOf } from '../work.ts';
import { type Split, splitOf } from './split.ts';

export interface Turn {
  readonly kernel: Kernel;
  /** Null if thread 0 runs it alone. */
  readonly split: Split | null;
  /** Whether a barrier must precede it. */
  readonly waits: boolean;
}

/** Minimum nanoseconds of work that justify a barrier, which costs a few hundred. */
const WORTH_SHARING = 2_000;

/**
 * @param sizes size of each buffer, in words of 4 bytes
 * @param least minimum nanoseconds of work for a kernel to be shared
 */
export function schedule(
  kernels: readonly Kernel[],
  plan: MemoryPlan,
  sizes: readonly number[],
  { threads, wide, least = WORTH_SHARING }: { threads: number; wide: boolean; least?: number },
): Turn[] {
  if (threads === 1) return kernels.map((kernel) => ({ kernel, split: null, waits: false }));
  // Accesses since the last barrier, by all threads and by thread 0 alone.
  const since = { shared: [] as Access[], alone: [] as Access[] };
  return kernels.map((kernel) => {
    const split = nanosecondsOf(kernel) < least ? null : splitOf(kernel, threads, wide);
    const accesses = accessesOf(kernel, plan, sizes);
    const clashes = (others: readonly Access[]) =>
      others.some((other) => accesses.some((mine) => clash(other, mine)));
    const waits = clashes(since.shared) || (split !== null && clashes(since.alone));
    if (waits) {
      since.shared = [];
      since.alone = [];
    }
    since[split === null ? 'alone' : 'shared'].push(...accesses);
    return { kernel, split, waits };
  });
}

/** A range of bytes that a kernel may access. */
interface Access {
  readonly from: number;
  readonly to: number;
  readonly writes: boolean;
}

function clash(a: Access, b: Access): boolean {
  return (a.writes || b.writes) && a.from < b.to && b.from < a.to;
}

/**
 * Every range that the kernel reads or writes.
 * @param sizes size of each buffer, in words of 4 bytes
 */
export function accessesOf(kernel: Kernel, { addresses }: MemoryPlan, sizes: readonly number[]): Access[] {
  const loops = loopsOf(kernel);
  const out: Access[] = [];
  const add = ({ buffer, address }: Operand, writes: boolean, anywhere = false) => {
    const base = addresses[buffer]!;
    const [low, high] = anywhere ? [0, sizes[buffer]!] : extent(address, loops);
    out.push({ from: base + low * 4, to: base + high * 4, writes });
  };
  const seen = new Set<Expression>();
  for (const root of rootsOf(kernel)) {
    visitExpression(root, (node) => node.kind === 'load' && add(node, false, node.row !== null), seen);
  }
  if (kernel.form === 'contract') for (const operand of [kernel.a, kernel.b]) add(operand, false);
  if (kernel.form === 'scatter') add(kernel.index, false);
  for (const store of storesOf(kernel)) add(store, true, kernel.form === 'scatter');
  return out;
}

function loopsOf(kernel: Kernel): readonly number[] {
  switch (kernel.form) {
    case 'map':
      return kernel.sizes;
    case 'reduce':
      return [...kernel.sizes, ...kernel.reduced];
    case 'contract':
      return [...kernel.batch, ...kernel.m, ...kernel.n, ...kernel.k];
    case 'scatter':
      return [kernel.count, kernel.width];
  }
}

/** The range [first, last + 1) of elements that an address covers over all loops. */
function extent({ coefficients, offset }: Affine, loops: readonly number[]): [number, number] {
  let [low, high] = [offset, offset];
  for (const [v, coefficient] of coefficients.entries()) {
    const reach = coefficient * ((loops[v] ?? 1) - 1);
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high + 1];
}
