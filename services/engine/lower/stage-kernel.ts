// Lowers a stage of the fusion plan to a kernel: its loops, its expressions and its stores.

import { linear, variable, variables } from '../affine.ts';
import { type Affine, apply, type Expression } from '../expression.ts';
import { ops } from '../ops/index.ts';
import { alignIndex } from '../ops/movement/reshape.ts';
import type { Meaning } from '../ops/op.ts';
import { MOST_WRITTEN_OUT } from '../ops/reductions/max.ts';
import type { ReduceAttrs } from '../ops/reductions/reduce.ts';
import { type Shape, sizeOf } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';
import { type Expressions, type Scope, scopeOf } from './express.ts';
import { isRowByRow, type Stage } from './fusion.ts';
import type { Kernel, MapKernel, Operand, Store } from './kernel.ts';
import type { Places } from './places.ts';

export function kernelOf(stage: Stage, expressions: Expressions, places: Places): Kernel {
  return new StageKernel(stage, expressions, places).kernel();
}

/** One variable per axis. Axes of size 1 get the constant 0, so that equal places have equal addresses. */
function everyIndex(shape: Shape): Affine[] {
  return variables(shape.length).map((index, axis) => (shape[axis] === 1 ? linear([], [], 0) : index));
}

class StageKernel {
  readonly #stage: Stage;
  readonly #expressions: Expressions;
  readonly #places: Places;

  constructor(stage: Stage, expressions: Expressions, places: Places) {
    this.#stage = stage;
    this.#expressions = expressions;
    this.#places = places;
  }

  kernel(): Kernel {
    const { tensor, path, isCopy } = this.#stage;
    if (isCopy) return this.#map(new Set());
    if (tensor.op.meaning.kind === 'scatter') return this.#scatter();
    if (path === null) return this.#map(new Set([tensor]));
    const core = path.at(-1)!;
    const { meaning } = core.op;
    if (meaning.kind === 'contract') return this.#contract(core, meaning);
    if (meaning.kind === 'reduce') return this.#reduce(core, meaning.combine);
    throw new Error(`${core.op.name} has no epilogue`);
  }

  /** Stores the stage's tensor at `index` in its place. */
  #store(index: readonly Affine[], scope: Scope): Store {
    const { tensor, place } = this.#stage;
    const address = linear(index, place.strides, place.offset);
    return { buffer: place.buffer, address, value: this.#expressions.at(tensor, index, scope) };
  }

  #map(roots: ReadonlySet<Tensor>): MapKernel {
    const { shape } = this.#stage.tensor;
    return { form: 'map', sizes: shape, stores: [this.#store(everyIndex(shape), scopeOf(roots))] };
  }

  /**
   * Stores the element of the stage's tensor that follows from `core` at `index`.
   * @param value of the core, if it is not the result of the kernel's reduction or contraction
   */
  #epilogue(core: Tensor, index: readonly Affine[], value: Expression | null = null): Store {
    const { tensor, path } = this.#stage;
    let [at, inner] = [index, core];
    for (const outer of [...path!].reverse().slice(1)) {
      at = isResultOf(outer, ops.permute)
        ? outer.attrs.order.map((axis) => at[axis]!)
        : alignIndex(at, inner.shape, outer.shape)!;
      inner = outer;
    }
    return this.#store(at, scopeOf(new Set([tensor]), core, value));
  }

  #reduce(core: Tensor, combine: 'sum' | 'max' | 'argmax'): Kernel {
    const { axes } = core.attrs as ReduceAttrs;
    const input = core.inputs[0]!;
    const reduced = axes.map((axis) => input.shape[axis]!);
    if (combine === 'max' && sizeOf(reduced) <= MOST_WRITTEN_OUT) return this.#largestOfFew(core);
    const rank = core.shape.length;
    const count = rank + axes.length;
    const index = input.shape.map((_, axis) =>
      axes.includes(axis) ? variable(rank + axes.indexOf(axis), count) : variable(axis, count),
    );
    const body = this.#expressions.at(input, index, scopeOf());
    const store = this.#epilogue(core, variables(rank));
    return { form: 'reduce', sizes: core.shape, reduced, combine, terms: [{ body, store }] };
  }

  /** The maximum of a few elements by direct comparison: a map, which can be merged with other maps. */
  #largestOfFew(core: Tensor): MapKernel {
    const { axes } = core.attrs as ReduceAttrs;
    const input = core.inputs[0]!;
    const index = everyIndex(core.shape);
    const scope = scopeOf();
    let indices: Affine[][] = [index];
    for (const axis of axes) {
      const places = Array.from({ length: input.shape[axis]! }, (_, i) => linear([], [], i));
      indices = indices.flatMap((at) => places.map((i) => at.with(axis, i)));
    }
    const [first, ...others] = indices.map((at) => this.#expressions.at(input, at, scope));
    const largest = others.reduce((largest, value) => apply('max', largest, value), first!);
    return { form: 'map', sizes: core.shape, stores: [this.#epilogue(core, index, largest)] };
  }

  #contract(core: Tensor, meaning: Meaning & { kind: 'contract' }): Kernel {
    const { batch, m, n, k, a, b, out } = meaning.contraction(core);
    const index = variables(batch.length + m.length + n.length + k.length);
    const [left, right] = meaning.order.map((input) => core.inputs[input]!) as [Tensor, Tensor];
    const operands = { a: this.#operand(left, a(index)), b: this.#operand(right, b(index)) };
    return { form: 'contract', batch, m, n, k, ...operands, store: this.#epilogue(core, out(index)) };
  }

  /** The address of a contraction's operand at `index`. It must be in a buffer, because it is read many times. */
  #operand(t: Tensor, index: readonly Affine[]): Operand {
    const expression = this.#expressions.at(t, index, scopeOf());
    if (expression.kind !== 'load' || expression.row !== null)
      throw new Error(`the operand ${t.op.name} ${t.id} is not stored`);
    return { buffer: expression.buffer, address: expression.address };
  }

  #scatter(): Kernel {
    const { tensor, place } = this.#stage;
    const [values, numbers] = tensor.inputs as [Tensor, Tensor];
    const count = sizeOf(numbers.shape);
    const width = sizeOf(tensor.shape.slice(1));
    const index = this.#inOrder(numbers, [1, 0]);
    const at = variables(2);
    const body: Expression = isRowByRow(values, numbers)
      ? this.#expressions.at(values, alignIndex(at, [count, width], values.shape)!, scopeOf())
      : { kind: 'load', dtype: values.dtype, ...this.#inOrder(values, [width, 1]), row: null, rowStride: 0 };
    const store = { buffer: place.buffer, address: linear(at, [width, 1], place.offset) };
    return { form: 'scatter', rows: tensor.shape[0]!, width, count, index, values: body, store };
  }

  /** A contiguous tensor, addressed by two loop variables with the given strides. */
  #inOrder(t: Tensor, strides: readonly number[]): Operand {
    const { buffer, offset } = this.#places.inOrder(t)!;
    return { buffer, address: linear(variables(2), strides, offset) };
  }
}
