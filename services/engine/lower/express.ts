// Builds the expression for a tensor's value at an index inside the kernel that needs it: stored tensors are loaded, all others are
// computed inline from stored ones.

import { affineKey, linear } from '../affine.ts';
import { type Affine, apply, constant, type Expression } from '../expression.ts';
import { ops } from '../ops/index.ts';
import type { SourceAttrs } from '../ops/leaves.ts';
import { stridesOf } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';
import { load } from './place.ts';
import type { Places } from './places.ts';

/** State of building one kernel's expressions. */
export interface Scope {
  /** Tensors to compute in this kernel even if they have a place. */
  readonly roots: ReadonlySet<Tensor>;
  readonly core: Tensor | null;
  /** The core's value in this kernel; null for the result of its reduction or contraction. */
  readonly value: Expression | null;
  readonly memo: Map<string, Expression>;
}

export function scopeOf(
  roots: ReadonlySet<Tensor> = new Set(),
  core: Tensor | null = null,
  value: Expression | null = null,
): Scope {
  return { roots, core, value, memo: new Map() };
}

/** Where an entry finds values that do not come from its graph. */
export interface Sources {
  /** Buffers of states and data by name. */
  readonly slots: ReadonlyMap<string, number>;
  /** The buffer of the batch's row numbers. */
  readonly rows: number | null;
  /** The buffer of the scalars, and their names in order. */
  readonly scalars: number | null;
  readonly names: readonly string[];
}

export class Expressions {
  readonly #places: Places;
  readonly #sources: Sources;

  constructor(places: Places, sources: Sources) {
    this.#places = places;
    this.#sources = sources;
  }

  at(t: Tensor, index: readonly Affine[], scope: Scope): Expression {
    const key = `${t.id}|${index.map(affineKey).join('|')}`;
    let expression = scope.memo.get(key);
    if (expression === undefined) {
      expression = this.#express(t, index, scope);
      scope.memo.set(key, expression);
    }
    return expression;
  }

  #express(t: Tensor, index: readonly Affine[], scope: Scope): Expression {
    // A core is only read at the index where it was computed, so the index is not checked.
    if (t === scope.core) return scope.value ?? { kind: 'core', dtype: t.dtype };
    const isRoot = scope.roots.has(t);
    const place = isRoot ? null : this.#places.of(t);
    if (place !== null) return load(place, t, index);
    const { meaning } = t.op;
    switch (meaning.kind) {
      case 'leaf':
        return this.#leaf(t, index);
      case 'elementwise':
        return meaning.express(...t.inputs.map((input) => this.at(input, index, scope)));
      case 'movement': {
        const source = meaning.source(t, index);
        if (source !== null) return this.at(t.inputs[0]!, source, scope);
        break;
      }
      case 'gather':
        if (isRoot) return this.#gathered(t, index);
    }
    throw new Error(`${t.op.name} ${t.id} is read but not stored`);
  }

  #leaf(t: Tensor, index: readonly Affine[]): Expression {
    if (isResultOf(t, ops.constant)) return constant(t.attrs.value, t.dtype);
    if (isResultOf(t, ops.iota)) return { kind: 'index', dtype: 'i32', index: index[t.attrs.axis]! };
    if (isResultOf(t, ops.uniform)) {
      const element = linear(index, stridesOf(t.shape), 0);
      return { kind: 'uniform', dtype: 'f32', stream: t.attrs.stream, element };
    }
    if (isResultOf(t, ops.scalar)) {
      const { names, scalars } = this.#sources;
      return load({ buffer: scalars!, offset: names.indexOf(t.attrs.name), strides: [] }, t, index);
    }
    if (isResultOf(t, ops.batch)) return this.#batchRow(t, index);
    throw new Error(`no lowering for the leaf "${t.op.name}"`);
  }

  /** An element of the data row that the order names for this position in the batch. */
  #batchRow(t: Tensor<SourceAttrs>, index: readonly Affine[]): Expression {
    const { name, bytes } = t.attrs;
    const buffer = this.#sources.slots.get(name)!;
    const [rowStride, ...strides] = stridesOf(t.shape);
    const address = linear(index.slice(1), strides, 0);
    const row: Expression = {
      kind: 'load',
      dtype: 'i32',
      buffer: this.#sources.rows!,
      address: index[0]!,
      row: null,
      rowStride: 0,
    };
    const load = { kind: 'load', buffer, address, row, rowStride: rowStride! } as const;
    if (bytes === undefined) return { ...load, dtype: t.dtype };
    const byte: Expression = { ...load, dtype: 'u8' };
    if (t.dtype === 'i32') return byte;
    const value = apply('to_f32', byte);
    return bytes.divisor === 1 ? value : apply('div', value, constant(bytes.divisor));
  }

  /** An element of the table row that the stored row number names. */
  #gathered(t: Tensor, index: readonly Affine[]): Expression {
    const [table, numbers] = t.inputs as [Tensor, Tensor];
    const rank = numbers.shape.length;
    const place = this.#places.of(table)!;
    const row = load(this.#places.of(numbers)!, numbers, index.slice(0, rank));
    const [rowStride, ...strides] = place.strides;
    const address = linear(index.slice(rank), strides, place.offset);
    return { kind: 'load', dtype: t.dtype, buffer: place.buffer, address, row, rowStride: rowStride! };
  }
}
