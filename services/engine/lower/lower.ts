// From a graph to kernels. Walks back from what an entry must produce; a tensor either is stored in a buffer by a
// kernel of its own, or is computed inside the expressions of whoever needs it (fusion).
//
// What is stored: reductions and contractions, batches, and elementwise results that are dear and needed more than
// once. What follows a reduction or contraction elementwise, and is its only use, is computed in its epilogue.
// Movement (reshape, permute, broadcast, slice) only changes indices, as long as they stay affine.

import { type Affine, constant, type Expression } from '../expression.ts';
import { ops } from '../ops/index.ts';
import type { ConstantAttrs, IotaAttrs, SourceAttrs, UniformAttrs } from '../ops/leaves.ts';
import type { PackAttrs } from '../ops/pack.ts';
import type { ReduceAttrs } from '../ops/reduce.ts';
import { alignIndex } from '../ops/reshape.ts';
import type { SliceAttrs } from '../ops/slice.ts';
import type { Entry, Program } from '../program.ts';
import { formatShape, sameShape, sizeOf, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { affineKey, linear, variable, variables } from './affine.ts';
import { collapse } from './collapse.ts';
import type { Buffer, Kernel, LoweredEntry, LoweredProgram, Store } from './kernel.ts';
import { Uses } from './uses.ts';

/** Contiguous row-major storage of a tensor. */
interface Place {
  readonly buffer: number;
  readonly offset: number;
}

/** One kernel's expressions while they are built. */
interface Scope {
  /** The tensor that is being stored: it is computed here even if it deserves storing. */
  readonly roots: ReadonlySet<Tensor>;
  readonly core: Tensor | null;
  readonly memo: Map<string, Expression>;
}

class EntryLowering {
  readonly kernels: Kernel[] = [];
  readonly #places = new Map<Tensor, Place>();
  readonly #uses: Uses;

  constructor(
    entry: Entry,
    shared: {
      buffers: Buffer[];
      slots: ReadonlyMap<string, number>;
      scalars: number | null;
      names: readonly string[];
    },
  ) {
    this.#shared = shared;
    this.#entry = entry;
    this.#uses = new Uses([...entry.records.values(), ...entry.outputs.values(), ...entry.assigns.values()]);
  }

  readonly #entry: Entry;
  readonly #shared: {
    buffers: Buffer[];
    slots: ReadonlyMap<string, number>;
    scalars: number | null;
    names: readonly string[];
  };
  #rows: number | null = null;

  #buffer(buffer: Omit<Buffer, 'within'>, within: Buffer['within'] = null): number {
    return this.#shared.buffers.push({ ...buffer, within }) - 1;
  }

  #part(parent: number, offset: number, t: Tensor): Place {
    const { kind, name } = this.#shared.buffers[parent]!;
    const part = { kind, name: `${name}+${offset}`, size: sizeOf(t.shape), dtype: t.dtype };
    return { buffer: this.#buffer(part, { buffer: parent, offset }), offset: 0 };
  }

  lower(): LoweredEntry {
    const { name, batch, records, outputs, assigns } = this.#entry;
    let recordsBuffer: number | null = null;
    if (records.size > 0) {
      recordsBuffer = this.#buffer({
        kind: 'records',
        name: `${name} records`,
        size: records.size,
        dtype: 'f32',
      });
      for (const [i, t] of [...records.values()].entries()) this.#store(t, this.#part(recordsBuffer, i, t));
    }
    const outputBuffers = new Map<string, number>();
    for (const [key, t] of outputs) {
      const size = sizeOf(t.shape);
      const buffer = this.#buffer({ kind: 'output', name: `${name} ${key}`, size, dtype: t.dtype });
      outputBuffers.set(key, buffer);
      this.#store(t, { buffer, offset: 0 });
    }
    this.#assign([...assigns]);
    return {
      name,
      batch,
      kernels: this.kernels.map(collapse),
      rows: this.#rows,
      records: recordsBuffer,
      recordCount: records.size,
      outputs: outputBuffers,
    };
  }

  /** All assignments see the values from before the step, so they come last, those of one shape in one kernel. */
  #assign(assigns: readonly (readonly [string, Tensor])[]): void {
    const groups = [...Map.groupBy(assigns, ([, value]) => formatShape(value.shape)).values()];
    // First every value is expressed, which may add kernels; only then does anything change a state.
    const maps = groups.map((group) => {
      const { shape } = group[0]![1];
      const roots = this.#uses.closedUnder(group.map(([, value]) => value));
      const scope: Scope = { roots, core: null, memo: new Map() };
      const address = linear(variables(shape.length), stridesOf(shape), 0);
      const stores = group.map(([name, value]) => ({
        buffer: this.#shared.slots.get(name)!,
        address,
        value: this.#access(value, variables(shape.length), scope),
      }));
      return { form: 'map', sizes: shape, stores } as const;
    });
    const assigned = new Set<number>();
    for (const map of maps) {
      this.#mustNotClash(map.stores, assigned);
      this.kernels.push(map);
      for (const { buffer } of map.stores) assigned.add(buffer);
    }
  }

  /** A kernel that assigns in place may load a state only at the element it stores, and no state assigned before it. */
  #mustNotClash(stores: readonly Store[], before: ReadonlySet<number>): void {
    const own = new Map(stores.map((store) => [store.buffer, affineKey(store.address)]));
    const visit = (node: Expression): void => {
      if (node.kind === 'op') for (const arg of node.args) visit(arg);
      if (node.kind !== 'load') return;
      const address = own.get(node.buffer);
      const elsewhere = address !== undefined && address !== affineKey(node.address);
      if (before.has(node.buffer) || elsewhere) {
        throw new Error(`a state is read after it was assigned: ${this.#shared.buffers[node.buffer]!.name}`);
      }
    };
    for (const store of stores) visit(store.value);
  }

  /** Where `t` is stored, if it is, without computing anything. */
  #placeOf(t: Tensor): Place | null {
    const known = this.#places.get(t);
    if (known !== undefined) return known;
    if (t.op === ops.state)
      return { buffer: this.#shared.slots.get((t.attrs as SourceAttrs).name)!, offset: 0 };
    if (t.op === ops.reshape) return this.#placeOf(t.inputs[0]!);
    if (t.op === ops.slice) {
      // Only the outermost axis is cut: the part is contiguous.
      const { start } = t.attrs as SliceAttrs;
      const [input] = t.inputs;
      if (!sameShape(t.shape.slice(1), input!.shape.slice(1))) return null;
      const place = this.#placeOf(input!);
      return place && { buffer: place.buffer, offset: place.offset + start[0]! * sizeOf(t.shape.slice(1)) };
    }
    return null;
  }

  #load(place: Place, t: Tensor, index: readonly Affine[]): Expression {
    const address = linear(index, stridesOf(t.shape), place.offset);
    return { kind: 'load', dtype: t.dtype, buffer: place.buffer, address, row: null, rowStride: 0 };
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
    if (t === scope.core) return { kind: 'core', dtype: t.dtype };
    const place = this.#placeOf(t);
    if (place !== null) return this.#load(place, t, index);
    const { meaning } = t.op;
    if (meaning.kind === 'leaf') return this.#leaf(t, index, scope);
    if (meaning.kind === 'elementwise' && (scope.roots.has(t) || !this.#uses.deservesStoring(t))) {
      return meaning.express(...t.inputs.map((input) => this.#access(input, index, scope)));
    }
    if (meaning.kind === 'movement') {
      const [input] = t.inputs;
      if (t.op === ops.broadcast && this.#uses.dearToRepeat(input!) && !scope.roots.has(input!))
        this.#store(input!);
      const source = meaning.source(t, index);
      if (source !== null) return this.#access(input!, source, scope);
      return this.#load(this.#store(input!), t, index);
    }
    return this.#load(this.#store(t), t, index);
  }

  #leaf(t: Tensor, index: readonly Affine[], scope: Scope): Expression {
    switch (t.op) {
      case ops.constant:
        return constant((t.attrs as ConstantAttrs).value, t.dtype);
      case ops.iota:
        return { kind: 'index', dtype: 'i32', index: index[(t.attrs as IotaAttrs).axis]! };
      case ops.uniform: {
        // Two kernels that drew the same numbers would do the work twice.
        if (this.#uses.count(t) > 1 && !scope.roots.has(t)) return this.#load(this.#store(t), t, index);
        const element = linear(index, stridesOf(t.shape), 0);
        return { kind: 'uniform', dtype: 'f32', stream: (t.attrs as UniformAttrs).stream, element };
      }
      case ops.scalar: {
        const at = this.#shared.names.indexOf((t.attrs as SourceAttrs).name);
        return this.#load({ buffer: this.#shared.scalars!, offset: at }, t, index);
      }
      case ops.batch: {
        if (!scope.roots.has(t)) return this.#load(this.#store(t), t, index);
        const strides = stridesOf(t.shape);
        this.#rows ??= this.#buffer({
          kind: 'rows',
          name: `${this.#entry.name} rows`,
          size: this.#entry.batch,
          dtype: 'i32',
        });
        const row: Expression = {
          kind: 'load',
          dtype: 'i32',
          buffer: this.#rows,
          address: index[0]!,
          row: null,
          rowStride: 0,
        };
        return {
          kind: 'load',
          dtype: t.dtype,
          buffer: this.#shared.slots.get((t.attrs as SourceAttrs).name)!,
          address: linear(index.slice(1), strides.slice(1), 0),
          row,
          rowStride: strides[0]!,
        };
      }
      default:
        throw new Error(`no lowering for the leaf "${t.op.name}"`);
    }
  }

  /** Stores `t`, in `wanted` where given, and returns where it is. */
  #store(t: Tensor, wanted: Place | null = null): Place {
    const known = this.#placeOf(t);
    if (known !== null) {
      if (wanted !== null) this.#map(t, wanted, new Set());
      return wanted ?? known;
    }
    const { meaning } = t.op;
    // A reshape of stored elements is the same elements: nothing is copied.
    if (t.op === ops.reshape && (wanted === null || this.#placeOf(t.inputs[0]!) === null)) {
      const place = this.#store(t.inputs[0]!, wanted);
      this.#places.set(t, place);
      return place;
    }
    const kind = t.op === ops.pack ? 'output' : 'scratch';
    const place = wanted ?? {
      buffer: this.#buffer({ kind, name: `${t.op.name} ${t.id}`, size: sizeOf(t.shape), dtype: t.dtype }),
      offset: 0,
    };
    if (meaning.kind === 'pack') {
      const { offsets } = t.attrs as PackAttrs;
      for (const [i, input] of t.inputs.entries())
        this.#store(input, this.#part(place.buffer, offsets[i]!, input));
    } else {
      const core = this.#uses.coreOf(t);
      if (core === null) this.#map(t, place, new Set([t]));
      else if (core.op.meaning.kind === 'reduce') this.#reduce(t, core, core.op.meaning.combine, place);
      else this.#contract(t, core, place);
    }
    this.#places.set(t, place);
    return place;
  }

  #rootStore(root: Tensor, index: readonly Affine[], place: Place, scope: Scope): Store {
    const address = linear(index, stridesOf(root.shape), place.offset);
    return { buffer: place.buffer, address, value: this.#access(root, index, scope) };
  }

  #map(t: Tensor, place: Place, roots: ReadonlySet<Tensor>): void {
    const index = variables(t.shape.length);
    const store = this.#rootStore(t, index, place, { roots, core: null, memo: new Map() });
    this.kernels.push({ form: 'map', sizes: t.shape, stores: [store] });
  }

  /** `root` is `core` itself or what follows it elementwise. The loop variables are the core's. */
  #epilogue(root: Tensor, core: Tensor, place: Place): Store {
    const index = alignIndex(variables(core.shape.length), core.shape, root.shape)!;
    return this.#rootStore(root, index, place, { roots: new Set([root]), core, memo: new Map() });
  }

  #reduce(root: Tensor, core: Tensor, combine: 'sum' | 'max' | 'argmax', place: Place): void {
    const { axes } = core.attrs as ReduceAttrs;
    const [input] = core.inputs;
    const rank = core.shape.length;
    const count = rank + axes.length;
    const index = input!.shape.map((_, axis) =>
      axes.includes(axis) ? variable(rank + axes.indexOf(axis), count) : variable(axis, count),
    );
    const body = this.#access(input!, index, { roots: new Set(), core: null, memo: new Map() });
    const store = this.#epilogue(root, core, place);
    const reduced = axes.map((axis) => input!.shape[axis]!);
    this.kernels.push({ form: 'reduce', sizes: core.shape, reduced, combine, body, store });
  }

  #operand(t: Tensor, index: readonly Affine[]) {
    const access = () => this.#access(t, index, { roots: new Set(), core: null, memo: new Map() });
    let expression = access();
    if (expression.kind !== 'load' || expression.row !== null) {
      // The contraction walks its operands many times: what would be computed each time is stored once.
      let base = t;
      while (base.op.meaning.kind === 'movement' && this.#placeOf(base) === null) base = base.inputs[0]!;
      this.#store(base);
      expression = access();
    }
    if (expression.kind !== 'load') throw new Error(`matmul: operand ${t.op.name} was not stored`);
    return { buffer: expression.buffer, address: expression.address };
  }

  #contract(root: Tensor, core: Tensor, place: Place): void {
    const rank = core.shape.length;
    const index = variables(rank + 1);
    const batch = index.slice(0, rank - 2);
    const [m, n, k] = index.slice(rank - 2) as [Affine, Affine, Affine];
    const a = this.#operand(core.inputs[0]!, [...batch, m, k]);
    const b = this.#operand(core.inputs[1]!, [...batch, k, n]);
    const store = this.#epilogue(root, core, place);
    const depth = core.inputs[0]!.shape.at(-1)!;
    this.kernels.push({ form: 'contract', sizes: core.shape, depth, a, b, store });
  }
}

export function lower(program: Program): LoweredProgram {
  const buffers: Buffer[] = [];
  const slots = new Map<string, number>();
  const held = [
    ...program.states.map((slot) => ({ slot, kind: 'state' as const })),
    ...program.data.map((slot) => ({ slot, kind: 'data' as const })),
  ];
  for (const { slot, kind } of held) {
    const { name, dtype } = slot;
    slots.set(name, buffers.push({ kind, name, size: sizeOf(slot.shape), dtype, within: null }) - 1);
  }
  const { scalars: names } = program;
  const scalars =
    names.length === 0
      ? null
      : buffers.push({ kind: 'scalars', name: 'scalars', size: names.length, dtype: 'f32', within: null }) -
        1;
  const entries = program.entries.map((entry) =>
    new EntryLowering(entry, { buffers, slots, scalars, names }).lower(),
  );
  return { buffers, entries, slots, scalars };
}
