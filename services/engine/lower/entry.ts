// One entry's graph as kernels. Walks back from what the entry must produce; a tensor either is stored in a buffer by a
// kernel of its own, or is computed inside the expressions of whoever needs it (fusion).
//
// What is stored: reductions and contractions, gathered rows, assembled tensors, and elementwise results that are dear
// and needed more than once. What follows a reduction or contraction elementwise, and is its only use, is computed in
// its epilogue. Movement (reshape, permute, broadcast, slice …) only changes indices, as long as they stay affine.

import { affineKey, linear, variable, variables } from '../affine.ts';
import { type Affine, apply, constant, type Expression } from '../expression.ts';
import { reshape } from '../functions.ts';
import { ops } from '../ops/index.ts';
import type { ConstantAttrs, IotaAttrs, SourceAttrs, UniformAttrs } from '../ops/leaves.ts';
import { MOST_WRITTEN_OUT } from '../ops/max.ts';
import type { Meaning } from '../ops/op.ts';
import type { ReduceAttrs } from '../ops/reduce.ts';
import { alignIndex } from '../ops/reshape.ts';
import type { SliceAttrs } from '../ops/slice.ts';
import { type Entry, recordCount } from '../program.ts';
import { formatShape, type Shape, sizeOf, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { BufferTable } from './buffers.ts';
import { collapse } from './collapse.ts';
import { Destinations } from './destinations.ts';
import { interleave } from './interleave.ts';
import { type Kernel, type LoweredEntry, type Operand, type Store, visitExpression } from './kernel.ts';
import { mergeKernels } from './merge.ts';
import { isContiguous, load, type Place, samePlace, wholePlace } from './place.ts';
import { sumTree } from './sum-tree.ts';
import { Uses } from './uses.ts';

/** What the entries of a program share. */
export interface Shared {
  readonly buffers: BufferTable;
  readonly scalars: number | null;
  /** Of the scalars, in order. */
  readonly names: readonly string[];
}

/** One kernel's expressions while they are built. */
interface Scope {
  /** What is being stored: computed here even if it deserves a kernel of its own. */
  readonly roots: ReadonlySet<Tensor>;
  readonly core: Tensor | null;
  /** What the core is here. */
  readonly value: Expression | null;
  readonly memo: Map<string, Expression>;
}

/** Assignments of one shape, which are one kernel, with the tensors that are computed inside it. */
interface Assignment {
  readonly group: readonly (readonly [string, Tensor])[];
  readonly inside: ReadonlySet<Tensor>;
}

function scopeOf(
  roots: ReadonlySet<Tensor> = new Set(),
  core: Tensor | null = null,
  value: Expression | null = null,
): Scope {
  return { roots, core, value, memo: new Map() };
}

/** A variable for each axis; axes of size 1 have none, so that equal places are written alike. */
function everyIndex(shape: Shape): Affine[] {
  return variables(shape.length).map((index, axis) => (shape[axis] === 1 ? linear([], [], 0) : index));
}

export class EntryLowering {
  readonly #kernels: Kernel[] = [];
  readonly #places = new Map<Tensor, Place>();
  readonly #entry: Entry;
  readonly #shared: Shared;
  readonly #buffers: BufferTable;
  readonly #uses: Uses;
  readonly #destinations: Destinations;
  readonly #assignments: readonly Assignment[];
  /** What is recorded or read after a run, and where. */
  readonly #wanted: readonly (readonly [Tensor, Place])[];
  readonly #records: number | null;
  readonly #outputs = new Map<string, number>();
  #rows: number | null = null;

  constructor(entry: Entry, shared: Shared) {
    this.#shared = shared;
    this.#buffers = shared.buffers;
    this.#entry = entry;
    this.#uses = new Uses([...entry.records.values(), ...entry.outputs.values(), ...entry.assigns.values()]);
    this.#assignments = this.#groupAssigns();
    this.#records = this.#recordsBuffer();
    this.#wanted = [...this.#recordPlaces(), ...this.#outputPlaces()];
    this.#destinations = new Destinations(this.#buffers, this.#wanted, this.#uses.needed);
  }

  lower(): LoweredEntry {
    const { name, batch } = this.#entry;
    this.#storeInOrder();
    for (const [t, place] of this.#wanted) this.#store(t, place);
    this.#assign();
    return {
      name,
      batch,
      kernels: mergeKernels(this.#kernels, this.#buffers).flatMap((kernel) =>
        sumTree(interleave(collapse(kernel)), this.#buffers),
      ),
      rows: this.#rows,
      records: this.#records,
      recordCount: recordCount(this.#entry),
      outputs: this.#outputs,
    };
  }

  #recordsBuffer(): number | null {
    const size = recordCount(this.#entry);
    if (size === 0) return null;
    return this.#buffers.add({ kind: 'records', name: `${this.#entry.name} records`, size, dtype: 'f32' });
  }

  *#recordPlaces(): Generator<[Tensor, Place]> {
    let offset = 0;
    for (const t of this.#entry.records.values()) {
      const size = sizeOf(t.shape);
      yield [t, wholePlace(this.#buffers.part(this.#records!, offset, size), t.shape)];
      offset += size;
    }
  }

  *#outputPlaces(): Generator<[Tensor, Place]> {
    for (const [key, t] of this.#entry.outputs) {
      const place = this.#buffers.whole('output', `${this.#entry.name} ${key}`, t);
      this.#outputs.set(key, place.buffer);
      yield [t, place];
    }
  }

  /** In the order of the graph, so that long chains (time steps) are not walked by recursion. */
  #storeInOrder(): void {
    const assigned = new Set(this.#assignments.flatMap(({ inside }) => this.#uses.onlyWithin(inside)));
    for (const t of this.#uses.needed) {
      const { kind } = t.op.meaning;
      if (kind === 'elementwise' && this.#uses.deservesStoring(t) && !assigned.has(t)) this.#store(t);
      if (kind === 'contract') for (const input of t.inputs) this.#store(this.#storedBase(input));
    }
  }

  /** What a contraction's operand is a view of. */
  #storedBase(t: Tensor): Tensor {
    let base = t;
    while (base.op.meaning.kind === 'movement' && this.#placeOf(base) === null) base = base.inputs[0]!;
    return base;
  }

  #groupAssigns(): Assignment[] {
    const groups = Map.groupBy(this.#entry.assigns, ([, value]) => formatShape(value.shape));
    return [...groups.values()].map((group) => ({
      group,
      inside: this.#uses.closedUnder(group.map(([, value]) => value)),
    }));
  }

  /** All assignments see the values from before the step, so they come last. */
  #assign(): void {
    // First every value is expressed, which may add kernels; only then does anything change a state.
    const maps = this.#assignments.map(({ group, inside }) => {
      const { shape } = group[0]![1];
      const index = variables(shape.length);
      const scope = scopeOf(inside);
      const stores = group.map(([name, value]) => ({
        buffer: this.#buffers.slots.get(name)!,
        address: linear(index, stridesOf(shape), 0),
        value: this.#access(value, index, scope),
      }));
      return { form: 'map', sizes: shape, stores } as const;
    });
    const assigned = new Set<number>();
    for (const map of maps) {
      this.#mustNotClash(map.stores, assigned);
      this.#kernels.push(map);
      for (const { buffer } of map.stores) assigned.add(buffer);
    }
  }

  /** A kernel that assigns in place may load a state only at the element it stores, and no state assigned before it. */
  #mustNotClash(stores: readonly Store[], before: ReadonlySet<number>): void {
    const own = new Map(stores.map((store) => [store.buffer, affineKey(store.address)]));
    const seen = new Set<Expression>();
    const check = (node: Expression) => {
      if (node.kind !== 'load') return;
      const address = own.get(node.buffer);
      const elsewhere = address !== undefined && address !== affineKey(node.address);
      if (before.has(node.buffer) || elsewhere) {
        throw new Error(`a state is read after it was assigned: ${this.#buffers.all[node.buffer]!.name}`);
      }
    };
    for (const store of stores) visitExpression(store.value, check, seen);
  }

  /** Where `t` is stored, if it is, without computing anything. */
  #placeOf(t: Tensor): Place | null {
    const known = this.#places.get(t);
    if (known !== undefined) return known;
    if (t.op === ops.state)
      return wholePlace(this.#buffers.slots.get((t.attrs as SourceAttrs).name)!, t.shape);
    if (t.op !== ops.reshape && t.op !== ops.slice) return null;
    const [input] = t.inputs;
    const place = this.#placeOf(input!);
    if (place === null) return null;
    if (t.op === ops.reshape) {
      return isContiguous(place, input!.shape) ? { ...place, strides: stridesOf(t.shape) } : null;
    }
    const { start, step } = t.attrs as SliceAttrs;
    return {
      buffer: place.buffer,
      offset: start.reduce((sum, from, axis) => sum + from * place.strides[axis]!, place.offset),
      strides: place.strides.map((stride, axis) => stride * step[axis]!),
    };
  }

  /** The value of `t` at `index`, as an expression of the kernel that `scope` stands for. */
  #access(t: Tensor, index: readonly Affine[], scope: Scope): Expression {
    const key = `${t.id}|${index.map(affineKey).join('|')}`;
    let expression = scope.memo.get(key);
    if (expression === undefined) {
      expression = this.#express(t, index, scope);
      scope.memo.set(key, expression);
    }
    return expression;
  }

  #express(t: Tensor, index: readonly Affine[], scope: Scope): Expression {
    // A core is read only where it was computed, so its index needs no look.
    if (t === scope.core) return scope.value ?? { kind: 'core', dtype: t.dtype };
    const place = this.#placeOf(t);
    if (place !== null) return load(place, t, index);
    const { meaning } = t.op;
    const isRoot = scope.roots.has(t);
    if (meaning.kind === 'leaf') return this.#leaf(t, index, isRoot);
    if (meaning.kind === 'elementwise' && (isRoot || !this.#uses.deservesStoring(t))) {
      return meaning.express(...t.inputs.map((input) => this.#access(input, index, scope)));
    }
    if (meaning.kind === 'gather' && isRoot) return this.#gathered(t, index);
    if (meaning.kind === 'movement') {
      const input = t.inputs[0]!;
      if (t.op === ops.broadcast && this.#uses.dearToRepeat(input) && !scope.roots.has(input))
        this.#store(input);
      const source = meaning.source(t, index);
      if (source !== null) return this.#access(input, source, scope);
      // A reshape that no affine index expresses: of elements that lie in order it only renames the places.
      const stored = this.#store(input);
      if (!isContiguous(stored, input.shape)) this.#places.set(input, this.#copy(input));
      return load(this.#placeOf(t)!, t, index);
    }
    return load(this.#store(t), t, index);
  }

  #leaf(t: Tensor, index: readonly Affine[], isRoot: boolean): Expression {
    switch (t.op) {
      case ops.constant:
        return constant((t.attrs as ConstantAttrs).value, t.dtype);
      case ops.iota:
        return { kind: 'index', dtype: 'i32', index: index[(t.attrs as IotaAttrs).axis]! };
      case ops.uniform: {
        // Two kernels that drew the same numbers would do the work twice.
        if (this.#uses.count(t) > 1 && !isRoot) return load(this.#store(t), t, index);
        const element = linear(index, stridesOf(t.shape), 0);
        return { kind: 'uniform', dtype: 'f32', stream: (t.attrs as UniformAttrs).stream, element };
      }
      case ops.scalar: {
        const at = this.#shared.names.indexOf((t.attrs as SourceAttrs).name);
        return load({ buffer: this.#shared.scalars!, offset: at, strides: [] }, t, index);
      }
      case ops.batch:
        return isRoot ? this.#batchRow(t, index) : load(this.#store(t), t, index);
      default:
        throw new Error(`no lowering for the leaf "${t.op.name}"`);
    }
  }

  /** The row of the data that the order names at this place of the batch. */
  #batchRow(t: Tensor, index: readonly Affine[]): Expression {
    this.#rows ??= this.#buffers.add({
      kind: 'rows',
      name: `${this.#entry.name} rows`,
      size: this.#entry.batch,
      dtype: 'i32',
    });
    const { name, bytes } = t.attrs as SourceAttrs;
    const buffer = this.#buffers.slots.get(name)!;
    const [rowStride, ...strides] = stridesOf(t.shape);
    const address = linear(index.slice(1), strides, 0);
    const row: Expression = {
      kind: 'load',
      dtype: 'i32',
      buffer: this.#rows,
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

  /** The row of the table that the stored index names. */
  #gathered(t: Tensor, index: readonly Affine[]): Expression {
    const [table, numbers] = t.inputs as [Tensor, Tensor];
    const place = this.#store(table);
    const row = load(this.#store(numbers), numbers, index.slice(0, numbers.shape.length));
    const [rowStride, ...strides] = place.strides;
    const address = linear(index.slice(numbers.shape.length), strides, place.offset);
    return { kind: 'load', dtype: t.dtype, buffer: place.buffer, address, row, rowStride: rowStride! };
  }

  /** Stores `t`, in `wanted` where given, and returns where it is. */
  #store(t: Tensor, wanted: Place | null = null): Place {
    let place = this.#placeOf(t) ?? this.#storeReshaped(t, wanted);
    if (place === null) {
      place = this.#destinations.of(t) ?? wanted ?? this.#newPlace(t);
      this.#compute(t, place);
      this.#places.set(t, place);
    }
    if (wanted === null || samePlace(place, wanted)) return place;
    this.#map(t, wanted, new Set());
    return wanted;
  }

  /** A reshape of elements that lie in order is the same elements: they are computed right there, nothing is copied. */
  #storeReshaped(t: Tensor, wanted: Place | null): Place | null {
    if (t.op !== ops.reshape || (wanted !== null && !isContiguous(wanted, t.shape))) return null;
    const input = t.inputs[0]!;
    if (this.#placeOf(input) !== null) return null;
    const place = this.#store(input, wanted && { ...wanted, strides: stridesOf(input.shape) });
    if (!isContiguous(place, input.shape)) return null;
    const reshaped = { ...place, strides: stridesOf(t.shape) };
    this.#places.set(t, reshaped);
    return reshaped;
  }

  #newPlace(t: Tensor): Place {
    return this.#buffers.whole('scratch', `${t.op.name} ${t.id}`, t);
  }

  /** Another place for a stored tensor, where its elements lie in order. */
  #copy(t: Tensor): Place {
    const place = this.#buffers.whole('scratch', `copy of ${t.id}`, t);
    this.#map(t, place, new Set());
    return place;
  }

  #compute(t: Tensor, place: Place): void {
    const { meaning } = t.op;
    if (meaning.kind === 'assemble') {
      const { regions } = this.#destinations.assembly(t);
      for (const [i, input] of t.inputs.entries()) this.#store(input, regions[i]!);
      return;
    }
    if (meaning.kind === 'scatter') {
      this.#scatter(t, place);
      return;
    }
    const core = this.#uses.coreOf(t);
    if (core === null) this.#map(t, place, new Set([t]));
    else if (core.op.meaning.kind === 'reduce') this.#reduce(t, core, core.op.meaning.combine, place);
    else if (core.op.meaning.kind === 'contract') this.#contract(t, core, core.op.meaning, place);
  }

  /** `root` at `index`, stored in its place. */
  #rootStore(root: Tensor, index: readonly Affine[], place: Place, scope: Scope): Store {
    const address = linear(index, place.strides, place.offset);
    return { buffer: place.buffer, address, value: this.#access(root, index, scope) };
  }

  #map(t: Tensor, place: Place, roots: ReadonlySet<Tensor>): void {
    const store = this.#rootStore(t, everyIndex(t.shape), place, scopeOf(roots));
    this.#kernels.push({ form: 'map', sizes: t.shape, stores: [store] });
  }

  /** `root` is `core` itself or what follows it elementwise; `index` is the core's. */
  #epilogue(
    root: Tensor,
    core: Tensor,
    index: readonly Affine[],
    place: Place,
    value: Expression | null = null,
  ): Store {
    const aligned = alignIndex(index, core.shape, root.shape)!;
    return this.#rootStore(root, aligned, place, scopeOf(new Set([root]), core, value));
  }

  #reduce(root: Tensor, core: Tensor, combine: 'sum' | 'max' | 'argmax', place: Place): void {
    const { axes } = core.attrs as ReduceAttrs;
    const input = core.inputs[0]!;
    const rank = core.shape.length;
    if (combine === 'max' && sizeOf(axes.map((axis) => input.shape[axis]!)) <= MOST_WRITTEN_OUT) {
      this.#largestOfFew(root, core, place);
      return;
    }
    const count = rank + axes.length;
    const index = input.shape.map((_, axis) =>
      axes.includes(axis) ? variable(rank + axes.indexOf(axis), count) : variable(axis, count),
    );
    const body = this.#access(input, index, scopeOf());
    const store = this.#epilogue(root, core, variables(rank), place);
    const reduced = axes.map((axis) => input.shape[axis]!);
    this.#kernels.push({ form: 'reduce', sizes: core.shape, reduced, combine, terms: [{ body, store }] });
  }

  /** The largest of a few elements, one compared with the other: a map, which can be merged with other maps. */
  #largestOfFew(root: Tensor, core: Tensor, place: Place): void {
    const { axes } = core.attrs as ReduceAttrs;
    const input = core.inputs[0]!;
    const index = everyIndex(core.shape);
    const scope = scopeOf();
    let indices: Affine[][] = [index];
    for (const axis of axes) {
      const places = Array.from({ length: input.shape[axis]! }, (_, i) => linear([], [], i));
      indices = indices.flatMap((at) => places.map((i) => at.with(axis, i)));
    }
    const [first, ...others] = indices.map((at) => this.#access(input, at, scope));
    const largest = others.reduce((largest, value) => apply('max', largest, value), first!);
    const store = this.#epilogue(root, core, index, place, largest);
    this.#kernels.push({ form: 'map', sizes: core.shape, stores: [store] });
  }

  /** Where a contraction or scatter finds `t` at `index`: in a buffer, for it walks there many times. */
  #operand(t: Tensor, index: readonly Affine[]): Operand {
    let expression = this.#access(t, index, scopeOf());
    if (expression.kind !== 'load' || expression.row !== null) {
      this.#store(this.#storedBase(t));
      expression = this.#access(t, index, scopeOf());
    }
    if (expression.kind !== 'load') throw new Error(`the operand ${t.op.name} was not stored`);
    return { buffer: expression.buffer, address: expression.address };
  }

  #contract(root: Tensor, core: Tensor, meaning: Meaning & { kind: 'contract' }, place: Place): void {
    const { batch, m, n, k, a, b, out } = meaning.contraction(core);
    const index = variables(batch.length + m.length + n.length + k.length);
    const [left, right] = meaning.order.map((input) => core.inputs[input]!) as [Tensor, Tensor];
    const operands = { a: this.#operand(left, a(index)), b: this.#operand(right, b(index)) };
    const store = this.#epilogue(root, core, out(index), place);
    this.#kernels.push({ form: 'contract', batch, m, n, k, ...operands, store });
  }

  #scatter(t: Tensor, place: Place): void {
    const [values, numbers] = t.inputs as [Tensor, Tensor];
    const count = sizeOf(numbers.shape);
    const width = sizeOf(t.shape.slice(1));
    const index = this.#operand(reshape(numbers, [count]), [variable(0, 2)]);
    const body = this.#access(reshape(values, [count, width]), variables(2), scopeOf());
    const address = linear(variables(2), [width, 1], place.offset);
    const store = { buffer: place.buffer, address };
    this.#kernels.push({ form: 'scatter', rows: t.shape[0]!, width, count, index, values: body, store });
  }
}
