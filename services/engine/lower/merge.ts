// Fuses kernels that run the same loops: maps of the same sizes, and sums of the same sizes over the same axes that read a common input. A
// value that one map stores and the other loads at the same index is passed in a register, and not stored at all if nothing else needs it.
// Pure data to pure data; no value and no order of summation changes.
//
// Every element of a buffer is written once per step (except states, whose assignments come last and stay last), so a
// kernel may be moved as long as it stays after those that write what it reads, and before those that read what it writes.

import { affineKey } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import type { BufferTable } from './buffers.ts';
import { Interner } from './intern.ts';
import {
  type Kernel,
  type Load,
  loadsOf,
  type MapKernel,
  type ReduceKernel,
  type Store,
  storesOf,
  traffic,
} from './kernel.ts';
import { reindexed } from './reindex.ts';

/** How many kernels back to look for one to merge with: long programs have thousands. */
const REACH = 40;
/** Maximum distinct places that one kernel reads and writes, and maximum distinct parts of its expressions. */
const MOST_PLACES = 16;
const MOST_PARTS = 160;

/** A kernel with cached properties. */
interface Node {
  readonly kernel: Kernel;
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
  readonly mayMove: boolean;
  readonly loads: readonly Load[];
  /** The places it loads from. */
  readonly places: ReadonlySet<string>;
}

/** @param kernels of one entry, in execution order */
export function mergeKernels(kernels: readonly Kernel[], buffers: BufferTable): Kernel[] {
  const merging = new Merging(buffers);
  for (const kernel of kernels) merging.add(kernel);
  return merging.finish();
}

class Merging {
  readonly #nodes: Node[] = [];
  readonly #buffers: BufferTable;
  /** For each buffer, the one that it is a part of, or itself. */
  readonly #whole = new Map<number, number>();

  constructor(buffers: BufferTable) {
    this.#buffers = buffers;
  }

  add(kernel: Kernel): void {
    const node = this.#nodeOf(kernel);
    if (node.mayMove) {
      for (let at = this.#nodes.length - 1; at >= 0 && at >= this.#nodes.length - REACH; at--) {
        const target = this.#nodes[at]!;
        const merged = target.mayMove ? this.#merged(target, node) : null;
        if (merged !== null && this.#place(at, node, merged)) return;
      }
    }
    this.#nodes.push(node);
  }

  finish(): Kernel[] {
    return withoutDeadStores(
      this.#nodes.map(({ kernel }) => kernel),
      this.#buffers,
    );
  }

  /** Puts the merged kernel in the earlier one's position or at the end, whichever its dependencies allow. */
  #place(at: number, node: Node, merged: Kernel): boolean {
    const between = this.#nodes.slice(at + 1);
    if (between.every((other) => disjoint(node.reads, other.writes))) {
      this.#nodes[at] = this.#nodeOf(merged);
      return true;
    }
    const target = this.#nodes[at]!;
    if (!between.every((other) => disjoint(target.writes, other.reads))) return false;
    this.#nodes.splice(at, 1);
    this.#nodes.push(this.#nodeOf(merged));
    return true;
  }

  #nodeOf(kernel: Kernel): Node {
    const whole = (set: Set<number>) => new Set([...set].map((buffer) => this.#wholeOf(buffer)));
    const loads = loadsOf(kernel);
    const { reads, writes } = traffic(kernel, loads);
    return {
      kernel,
      reads: whole(reads),
      writes: whole(writes),
      // States are assigned in place, after everything else.
      mayMove: [...writes].every((buffer) => this.#buffers.all[buffer]!.kind !== 'state'),
      loads,
      places: new Set(loads.map(placeKey)),
    };
  }

  #wholeOf(buffer: number): number {
    let whole = this.#whole.get(buffer);
    if (whole === undefined) {
      const { within } = this.#buffers.all[buffer]!;
      whole = within === null ? buffer : this.#wholeOf(within.buffer);
      this.#whole.set(buffer, whole);
    }
    return whole;
  }

  #merged(first: Node, second: Node): Kernel | null {
    if (first.kernel.form === 'map' && second.kernel.form === 'map')
      return this.#mergedMaps(first, first.kernel, second, second.kernel);
    if (first.kernel.form === 'reduce' && second.kernel.form === 'reduce')
      return this.#mergedSums(first, first.kernel, second, second.kernel);
    return null;
  }

  #mergedMaps(before: Node, first: MapKernel, behind: Node, kernel: MapKernel): MapKernel | null {
    let [second, loads] = [kernel, behind.loads];
    if (!sameSizes(first.sizes, second.sizes)) {
      if (disjoint(before.writes, behind.reads)) return null;
      const again = reindexed(second, first, this.#buffers);
      if (again === null) return null;
      [second, loads] = [again, loadsOf(again)];
    }
    const { writes: written, places: loaded } = before;
    const handed = new Map(first.stores.map((store) => [store.buffer, store]));
    let common = false;
    let apart = false;
    // Row numbers are loaded from memory, so they must be stored by an earlier kernel.
    const rows = loads.flatMap(({ row }) => (row?.kind === 'load' ? [row] : []));
    if (rows.some(({ buffer }) => written.has(this.#wholeOf(buffer)))) return null;
    for (const load of loads) {
      const store = load.row === null ? handed.get(load.buffer) : undefined;
      if (store !== undefined && affineKey(store.address) === affineKey(load.address)) common = true;
      else if (written.has(this.#wholeOf(load.buffer))) apart = true;
      else if (loaded.has(placeKey(load))) common = true;
    }
    if (apart || !common) return null;
    const hand = (node: Expression & { kind: 'load' }) =>
      node.row === null ? (handed.get(node.buffer)?.value ?? node) : node;
    const interner = new Interner();
    const memo = new Map<Expression, Expression>();
    const stores: Store[] = [
      ...first.stores.map((store) => ({ ...store, value: interner.of(store.value) })),
      ...second.stores.map((store) => ({
        ...store,
        value: interner.of(replaceLoads(store.value, hand, memo)),
      })),
    ];
    const merged: MapKernel = { ...first, stores };
    return this.#fits(merged, interner) ? merged : null;
  }

  #mergedSums(before: Node, first: ReduceKernel, behind: Node, second: ReduceKernel): ReduceKernel | null {
    if (first.combine !== second.combine || first.combine === 'argmax') return null;
    if (!sameSizes(first.sizes, second.sizes) || !sameSizes(first.reduced, second.reduced)) return null;
    if (behind.loads.some(({ buffer }) => before.writes.has(this.#wholeOf(buffer)))) return null;
    if (disjoint(behind.places, before.places)) return null;
    const interner = new Interner();
    const terms = [...first.terms, ...second.terms].map(({ body, store }) => ({
      body: interner.of(body),
      store,
    }));
    const merged: ReduceKernel = { ...first, terms };
    return terms.length <= 4 && this.#fits(merged, interner) ? merged : null;
  }

  #fits(kernel: Kernel, interner: Interner): boolean {
    const places = new Set(loadsOf(kernel).map(placeKey)).size + storesOf(kernel).length;
    return places <= MOST_PLACES && interner.size <= MOST_PARTS;
  }
}

function sameSizes(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

function disjoint<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  for (const one of a) if (b.has(one)) return false;
  return true;
}

function placeKey({ buffer, address }: { buffer: number; address: Affine }): string {
  return `${buffer}@${affineKey(address)}`;
}

function replaceLoads(
  root: Expression,
  replace: (load: Load) => Expression,
  memo: Map<Expression, Expression>,
): Expression {
  const known = memo.get(root);
  if (known !== undefined) return known;
  let out = root;
  if (root.kind === 'load') out = replace(root);
  else if (root.kind === 'op')
    out = { ...root, args: root.args.map((arg) => replaceLoads(arg, replace, memo)) };
  memo.set(root, out);
  return out;
}

/** Drops stores to scratch buffers that no kernel loads any more. */
function withoutDeadStores(kernels: readonly Kernel[], { all }: BufferTable): Kernel[] {
  const parents = new Set(all.flatMap(({ within }) => (within === null ? [] : [within.buffer])));
  const read = new Set(kernels.flatMap((kernel) => [...traffic(kernel).reads]));
  const lives = ({ buffer }: Store) =>
    all[buffer]!.kind !== 'scratch' ||
    all[buffer]!.within !== null ||
    parents.has(buffer) ||
    read.has(buffer);
  return kernels.flatMap((kernel) => {
    if (kernel.form !== 'map' || kernel.stores.every(lives)) return [kernel];
    const stores = kernel.stores.filter(lives);
    return stores.length === 0 ? [] : [{ ...kernel, stores }];
  });
}
