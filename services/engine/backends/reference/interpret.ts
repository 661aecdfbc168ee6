// Evaluates a graph tensor by tensor in double precision, by each op's definition.

import { coefficient, linear, variables } from '../../affine.ts';
import type { Affine } from '../../expression.ts';
import { ops } from '../../ops/index.ts';
import type { Meaning, Region } from '../../ops/op.ts';
import type { ReduceAttrs } from '../../ops/reductions/reduce.ts';
import { type Shape, sizeOf, stridesOf, unravel } from '../../shape.ts';
import { isResultOf, type Tensor } from '../../tensor.ts';

export type Values = Float64Array;

/** Where leaves get their values. */
export interface Sources {
  state(name: string): Values;
  batch(name: string, rowSize: number): Values;
  scalar(name: string): number;
  uniform(stream: number, element: number): number;
}

function leaf(t: Tensor, sources: Sources): Values {
  const size = sizeOf(t.shape);
  if (isResultOf(t, ops.constant)) return new Float64Array(size).fill(t.attrs.value);
  if (isResultOf(t, ops.iota)) {
    const { axis } = t.attrs;
    return Float64Array.from({ length: size }, (_, i) => unravel(i, t.shape)[axis]!);
  }
  if (isResultOf(t, ops.uniform)) {
    const { stream } = t.attrs;
    return Float64Array.from({ length: size }, (_, i) => sources.uniform(stream, i));
  }
  if (isResultOf(t, ops.state)) return sources.state(t.attrs.name);
  if (isResultOf(t, ops.batch)) return sources.batch(t.attrs.name, sizeOf(t.shape.slice(1)));
  if (isResultOf(t, ops.scalar)) return Float64Array.of(sources.scalar(t.attrs.name));
  throw new Error(`the reference backend has no leaf "${t.op.name}"`);
}

/** Calls `visit` with the values of the affine indices for every combination of loop variables; `sizes` is outermost first. */
function walk(
  sizes: readonly number[],
  indices: readonly Affine[],
  visit: (at: readonly number[]) => void,
): void {
  const moves = sizes.map((_, variable) => indices.map((index) => coefficient(index, variable)));
  const at = indices.map(({ offset }) => offset);
  const inner = (variable: number): void => {
    if (variable === sizes.length) {
      visit(at);
      return;
    }
    const move = moves[variable]!;
    const size = sizes[variable]!;
    for (let value = 0; value < size; value++) {
      inner(variable + 1);
      for (let i = 0; i < at.length; i++) at[i]! += move[i]!;
    }
    for (let i = 0; i < at.length; i++) at[i]! -= size * move[i]!;
  };
  inner(0);
}

function reduce(t: Tensor, combine: 'sum' | 'max' | 'argmax', x: Values): Values {
  const { shape } = t.inputs[0]!;
  const { axes } = t.attrs as ReduceAttrs;
  const best = new Float64Array(sizeOf(t.shape)).fill(combine === 'sum' ? 0 : Number.NEGATIVE_INFINITY);
  const where = new Float64Array(best.length);
  const kept = stridesOf(t.shape).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const along = shape.map((_, axis) => (axis === axes[0] ? 1 : 0));
  const indices = [stridesOf(shape), kept, along].map((coefficients) => ({ coefficients, offset: 0 }));
  walk(shape, indices, (place) => {
    const value = x[place[0]!]!;
    const at = place[1]!;
    if (combine === 'sum') best[at]! += value;
    else if (combine === 'max') best[at] = Math.max(best[at]!, value);
    else if (value > best[at]!) {
      best[at] = value;
      where[at] = place[2]!;
    }
  });
  return combine === 'argmax' ? where : best;
}

function contract(t: Tensor, meaning: Meaning & { kind: 'contract' }, inputs: readonly Values[]): Values {
  const { batch, m, n, k, a, b, out } = meaning.contraction(t);
  const [left, right] = meaning.order;
  const sizes = [...batch, ...m, ...n, ...k];
  const symbols = variables(sizes.length);
  const address = (index: readonly Affine[], shape: Shape) => linear(index, stridesOf(shape), 0);
  const indices = [
    address(a(symbols), t.inputs[left]!.shape),
    address(b(symbols), t.inputs[right]!.shape),
    address(out(symbols), t.shape),
  ];
  const [x, y] = [inputs[left]!, inputs[right]!];
  const total = new Float64Array(sizeOf(t.shape));
  walk(sizes, indices, (at) => {
    total[at[2]!]! += x[at[0]!]! * y[at[1]!]!;
  });
  return total;
}

function gather(t: Tensor, table: Values, numbers: Values): Values {
  const width = sizeOf(t.inputs[0]!.shape.slice(1));
  return Float64Array.from(
    { length: sizeOf(t.shape) },
    (_, i) => table[numbers[Math.floor(i / width)]! * width + (i % width)]!,
  );
}

function scatter(t: Tensor, values: Values, numbers: Values): Values {
  const width = sizeOf(t.shape.slice(1));
  const out = new Float64Array(sizeOf(t.shape));
  for (const [i, value] of values.entries())
    out[numbers[Math.floor(i / width)]! * width + (i % width)]! += value;
  return out;
}

function assemble(t: Tensor, regions: readonly Region[], values: readonly Values[]): Values {
  const out = new Float64Array(sizeOf(t.shape));
  for (const [i, { offset, strides }] of regions.entries()) {
    let next = 0;
    walk(t.inputs[i]!.shape, [{ coefficients: strides, offset }], (at) => {
      out[at[0]!] = values[i]![next++]!;
    });
  }
  return out;
}

/** Most ops have one or two inputs: these need no array for each element. */
function elementwise(
  size: number,
  apply: (...values: number[]) => number,
  inputs: readonly Values[],
): Values {
  const out = new Float64Array(size);
  const [x, y] = inputs as [Values, Values];
  if (inputs.length === 1) for (let i = 0; i < size; i++) out[i] = apply(x[i]!);
  else if (inputs.length === 2) for (let i = 0; i < size; i++) out[i] = apply(x[i]!, y[i]!);
  else for (let i = 0; i < size; i++) out[i] = apply(...inputs.map((input) => input[i]!));
  return out;
}

/** Computes one tensor from its inputs. */
function evaluate(t: Tensor, inputs: readonly Values[], sources: Sources): Values {
  const { meaning } = t.op;
  switch (meaning.kind) {
    case 'leaf':
      return leaf(t, sources);
    case 'elementwise':
      return elementwise(sizeOf(t.shape), meaning.apply, inputs);
    case 'movement': {
      const strides = stridesOf(t.inputs[0]!.shape);
      return Float64Array.from({ length: sizeOf(t.shape) }, (_, i) => {
        const from = meaning.element(t, unravel(i, t.shape));
        return inputs[0]![from.reduce((sum, position, axis) => sum + position * strides[axis]!, 0)]!;
      });
    }
    case 'reduce':
      return reduce(t, meaning.combine, inputs[0]!);
    case 'contract':
      return contract(t, meaning, inputs);
    case 'gather':
      return gather(t, inputs[0]!, inputs[1]!);
    case 'scatter':
      return scatter(t, inputs[0]!, inputs[1]!);
    case 'assemble':
      return assemble(t, meaning.regions(t), inputs);
  }
}

/** Evaluates `wanted` and every tensor that it depends on. */
export function interpret(wanted: readonly Tensor[], sources: Sources): Map<Tensor, Values> {
  const values = new Map<Tensor, Values>();
  const needed = new Set<Tensor>(wanted);
  const tensors = wanted[0]?.graph.tensors ?? [];
  for (const t of [...tensors].reverse()) if (needed.has(t)) for (const input of t.inputs) needed.add(input);
  for (const t of tensors) {
    if (needed.has(t))
      values.set(
        t,
        evaluate(
          t,
          t.inputs.map((input) => values.get(input)!),
          sources,
        ),
      );
  }
  return values;
}
