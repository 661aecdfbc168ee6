// Walks a loop nest with strength-reduced addresses: one i32 local for each distinct position that a kernel's expressions refer to (a byte
// address, or an index itself), incremented by a constant at the end of each loop, so that inner loops need no multiplication.

import { affineKey, coefficient } from '../../affine.ts';
import { type Affine, type Expression, widthOf } from '../../expression.ts';
import { visitExpression } from '../../lower/kernel.ts';
import type { FunctionBuilder } from './assembler/function-builder.ts';

/** What a running local holds. Addresses are in bytes and include the base address from the buffer's parameter. */
export type Reference =
  | {
      readonly kind: 'address';
      readonly buffer: number;
      readonly affine: Affine;
      /** Bytes per element; 4 if omitted. */
      readonly width?: number;
    }
  | { readonly kind: 'index'; readonly affine: Affine };

function keyOf(reference: Reference): string {
  return reference.kind === 'address'
    ? `${reference.buffer}@${affineKey(reference.affine)}`
    : `i${affineKey(reference.affine)}`;
}

/** Every address and index that the expressions use. */
export function referencesOf(roots: readonly Expression[]): Reference[] {
  const found: Reference[] = [];
  const seen = new Set<Expression>();
  for (const root of roots) {
    visitExpression(
      root,
      (node) => {
        if (node.kind === 'load') {
          const width = widthOf(node.dtype);
          found.push({ kind: 'address', buffer: node.buffer, affine: node.address, width });
        }
        if (node.kind === 'index') found.push({ kind: 'index', affine: node.index });
        if (node.kind === 'uniform') found.push({ kind: 'index', affine: node.element });
      },
      seen,
    );
  }
  return found;
}

interface Cursor {
  readonly local: number;
  /** Stride per loop variable: in bytes for an address, in units for an index. */
  readonly strides: (v: number) => number;
  /** Constant displacement from the local. */
  readonly displacement: number;
}

export class Walk {
  readonly #f: FunctionBuilder;
  readonly #cursors: ReadonlyMap<string, Cursor>;

  private constructor(f: FunctionBuilder, cursors: ReadonlyMap<string, Cursor>) {
    this.#f = f;
    this.#cursors = cursors;
  }

  /**
   * Initializes every local to the position where all loop variables are 0.
   * @param slots buffer → the parameter that holds its address
   */
  static start(
    f: FunctionBuilder,
    references: readonly Reference[],
    slots: ReadonlyMap<number, number>,
  ): Walk {
    const cursors = new Map<string, Cursor>();
    for (const reference of references) {
      const key = keyOf(reference);
      if (cursors.has(key)) continue;
      const { affine } = reference;
      const scale = reference.kind === 'address' ? (reference.width ?? 4) : 1;
      const local = f.local('i32');
      f.i32(affine.offset * scale);
      if (reference.kind === 'address') f.get(slots.get(reference.buffer)!).op('i32_add');
      f.set(local);
      cursors.set(key, { local, strides: (v) => coefficient(affine, v) * scale, displacement: 0 });
    }
    return new Walk(f, cursors);
  }

  /** Loops over variable `v`: `trips` iterations in steps of `step`. The body gets the walk at its iteration. */
  over(v: number, trips: number, step: number, body: (walk: Walk) => void): void {
    if (trips === 0) return;
    if (trips === 1) {
      body(this);
      return;
    }
    const inner = new Map(this.#cursors);
    const moving: { local: number; by: number }[] = [];
    for (const [key, cursor] of this.#cursors) {
      const by = cursor.strides(v) * step;
      if (by === 0) continue;
      const local = this.#f.local('i32');
      this.#f.get(cursor.local).set(local);
      inner.set(key, { ...cursor, local });
      moving.push({ local, by });
    }
    this.#f.repeat(trips, () => {
      body(new Walk(this.#f, inner));
      for (const { local, by } of moving) this.#f.get(local).i32(by).op('i32_add').set(local);
    });
    for (const { local } of moving) this.#f.release(local);
  }

  /** A thread's share of a loop over `v`: `trips` (a local, may be 0) iterations starting from number `first` (a local), in steps of `step`. */
  part(v: number, first: number, trips: number, step: number, body: (walk: Walk) => void): void {
    const f = this.#f;
    const inner = new Map(this.#cursors);
    const moving: { local: number; by: number }[] = [];
    for (const [key, cursor] of this.#cursors) {
      const by = cursor.strides(v) * step;
      if (by === 0) continue;
      const local = f.local('i32');
      f.get(cursor.local).get(first).i32(by).op('i32_mul').op('i32_add').set(local);
      inner.set(key, { ...cursor, local });
      moving.push({ local, by });
    }
    const left = f.local('i32');
    f.get(trips)
      .tee(left)
      .when(() =>
        f.loop(
          () => {
            body(new Walk(f, inner));
            for (const { local, by } of moving) f.get(local).i32(by).op('i32_add').set(local);
          },
          () => f.get(left).i32(1).op('i32_sub').tee(left),
        ),
      );
    f.release(left);
    for (const { local } of moving) f.release(local);
  }

  /** The same walk, `by` further along `v`. Emits no code: only the constant displacements change. */
  shifted(v: number, by: number): Walk {
    if (by === 0) return this;
    const cursors = new Map<string, Cursor>();
    for (const [key, cursor] of this.#cursors) {
      cursors.set(key, { ...cursor, displacement: cursor.displacement + by * cursor.strides(v) });
    }
    return new Walk(this.#f, cursors);
  }

  /** Number of parameters of a function that continues this walk. */
  get size(): number {
    return this.#cursors.size;
  }

  /** Pushes the current position of every local, as arguments for a function that uses `continued`. */
  pass(): void {
    for (const { local, displacement } of this.#cursors.values()) {
      this.#f.get(local);
      if (displacement !== 0) this.#f.i32(displacement).op('i32_add');
    }
  }

  /** This walk inside another function, whose first parameters are the positions pushed by `pass`. */
  continued(f: FunctionBuilder): Walk {
    const cursors = new Map<string, Cursor>();
    for (const [key, cursor] of this.#cursors) {
      cursors.set(key, { ...cursor, local: cursors.size, displacement: 0 });
    }
    return new Walk(f, cursors);
  }

  /** Pushes the address and returns an offset for the load or store to add. */
  address(buffer: number, affine: Affine): number {
    const { local, displacement } = this.#cursors.get(`${buffer}@${affineKey(affine)}`)!;
    this.#f.get(local);
    if (displacement >= 0) return displacement;
    this.#f.i32(displacement).op('i32_add');
    return 0;
  }

  /** Pushes the value of the index. */
  index(affine: Affine): void {
    const { local, displacement } = this.#cursors.get(`i${affineKey(affine)}`)!;
    this.#f.get(local);
    if (displacement !== 0) this.#f.i32(displacement).op('i32_add');
  }
}
