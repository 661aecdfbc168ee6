// Kernels: the input of the emitters. Each is a loop nest over `sizes`, expressions over its loop variables, and buffers by number. Pure
// data: the same kernels become WebAssembly or WGSL.

import type { Affine, Expression, Stored } from '../expression.ts';

/** One element written per loop iteration, at an affine address of a buffer. */
export interface Store {
  readonly buffer: number;
  readonly address: Affine;
  readonly value: Expression;
}

/** Evaluates every store at every index. Within an iteration, all loads precede all stores. */
export interface MapKernel {
  readonly form: 'map';
  readonly sizes: readonly number[];
  readonly stores: readonly Store[];
}

/** A body to be combined, and the stored epilogue, in which `core` is the combined result. */
export interface Term {
  readonly body: Expression;
  readonly store: Store;
}

/**
 * For each index of `sizes`: combines the body of every term over `reduced`, then stores the epilogues. The bodies' loop variables are
 * those of `sizes`, followed by those of `reduced`. An argmax has exactly one term.
 */
export interface ReduceKernel {
  readonly form: 'reduce';
  readonly sizes: readonly number[];
  readonly reduced: readonly number[];
  readonly combine: 'sum' | 'max' | 'argmax';
  readonly terms: readonly Term[];
}

export interface Operand {
  readonly buffer: number;
  readonly address: Affine;
}

/**
 * For each index of batch, m and n: Σ over k of a·b, then the epilogue. Loop variables are numbered consecutively through batch, m, n and
 * k; each group is a list of sizes, outermost first. Vector lanes lie along the last axis of n.
 */
export interface ContractKernel {
  readonly form: 'contract';
  readonly batch: readonly number[];
  readonly m: readonly number[];
  readonly n: readonly number[];
  readonly k: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
  readonly store: Store;
}

/**
 * Zeros `rows` rows of `width` elements; then, for each i below `count`, in order, adds row i of `values` to the row that the i-th row
 * number names. The loop variables of `values` are i and the position within the row.
 */
export interface ScatterKernel {
  readonly form: 'scatter';
  readonly rows: number;
  readonly width: number;
  readonly count: number;
  readonly index: Operand;
  readonly values: Expression;
  readonly store: Operand;
}

export type Load = Expression & { kind: 'load' };

export type Kernel = MapKernel | ReduceKernel | ContractKernel | ScatterKernel;

/** The kind of a buffer determines its lifetime. */
export type BufferKind =
  /** Keeps its values between steps. */
  | 'state'
  | 'data'
  /** Per step: the batch's row numbers, the scalars, and the values it records. */
  | 'rows'
  | 'scalars'
  | 'records'
  /** Read by the host after a run; gaps between packed parts stay zero. */
  | 'output'
  /** Lives from its first store to its last load within a step. */
  | 'scratch';

export interface Buffer {
  readonly kind: BufferKind;
  readonly name: string;
  /** In elements of 4 bytes, or of 1 byte for u8. */
  readonly size: number;
  readonly dtype: Stored;
  /** If this is a part of another buffer: that buffer, and the element at which the part starts. */
  readonly within: { readonly buffer: number; readonly offset: number } | null;
}

/** Tables of a run: the row numbers that its steps visit, the host's scalars, and room for its records. */
export type RunTable = 'order' | 'scalars' | 'records';

/** A copy between a table and a buffer, `count` elements per step. */
export interface Transfer {
  readonly table: RunTable;
  readonly buffer: number;
  readonly count: number;
}

export interface LoweredEntry {
  readonly name: string;
  readonly batch: number;
  /** Copied from the run's tables into the kernels' buffers before every step. */
  readonly prologue: readonly Transfer[];
  readonly kernels: readonly Kernel[];
  /** Copied from the kernels' buffers into the run's tables after every step. */
  readonly epilogue: readonly Transfer[];
  readonly recordCount: number;
  readonly outputs: ReadonlyMap<string, number>;
}

export interface LoweredProgram {
  readonly buffers: readonly Buffer[];
  readonly entries: readonly LoweredEntry[];
  /** Buffers of states and data by name. */
  readonly slots: ReadonlyMap<string, number>;
}

/** Calls `visit` once for every distinct node of `root`, children first. */
export function visitExpression(
  root: Expression,
  visit: (node: Expression) => void,
  seen = new Set<Expression>(),
): void {
  if (seen.has(root)) return;
  seen.add(root);
  if (root.kind === 'op') for (const arg of root.args) visitExpression(arg, visit, seen);
  if (root.kind === 'load' && root.row !== null) visitExpression(root.row, visit, seen);
  visit(root);
}

/** Everything that a kernel writes, with its value. */
export function storesOf(kernel: Kernel): readonly Store[] {
  if (kernel.form === 'map') return kernel.stores;
  if (kernel.form === 'reduce') return kernel.terms.map(({ store }) => store);
  if (kernel.form === 'scatter') return [{ ...kernel.store, value: kernel.values }];
  return [kernel.store];
}

/** Every expression that a kernel computes. They contain all its loads except a contraction's operands and a scatter's row numbers. */
export function rootsOf(kernel: Kernel): readonly Expression[] {
  const values = storesOf(kernel).map((store) => store.value);
  return kernel.form === 'reduce' ? [...values, ...kernel.terms.map(({ body }) => body)] : values;
}

/** Every load in a kernel's expressions. */
export function loadsOf(kernel: Kernel): Load[] {
  const loads: Load[] = [];
  const seen = new Set<Expression>();
  const collect = (node: Expression) => {
    if (node.kind === 'load') loads.push(node);
  };
  for (const root of rootsOf(kernel)) visitExpression(root, collect, seen);
  return loads;
}

/**
 * The buffers that a kernel reads and those that it writes.
 * @param loads the loads in its expressions, if already known
 */
export function traffic(
  kernel: Kernel,
  loads: readonly Load[] = loadsOf(kernel),
): { reads: Set<number>; writes: Set<number> } {
  const reads = new Set(loads.map(({ buffer }) => buffer));
  if (kernel.form === 'contract') reads.add(kernel.a.buffer).add(kernel.b.buffer);
  if (kernel.form === 'scatter') reads.add(kernel.index.buffer);
  return { reads, writes: new Set(storesOf(kernel).map((store) => store.buffer)) };
}
