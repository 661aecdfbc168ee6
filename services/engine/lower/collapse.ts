// Simplifies loop nests: drops axes of size 1 and merges adjacent axes that every index traverses as one. The values and the order of
// computation are unchanged.

import { coefficient } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import {
  type ContractKernel,
  type Kernel,
  type Operand,
  type Store,
  storesOf,
  visitExpression,
} from './kernel.ts';
import { rewrite } from './rewrite.ts';

function affinesOf(root: Expression, into: Affine[]): void {
  visitExpression(root, (node) => {
    if (node.kind === 'load') into.push(node.address);
    if (node.kind === 'index') into.push(node.index);
    if (node.kind === 'uniform') into.push(node.element);
  });
}

/** Groups of adjacent variables that can be walked as one. `first` is the number of the first variable. */
function groups(sizes: readonly number[], first: number, affines: readonly Affine[]): number[][] {
  const out: number[][] = [];
  for (let v = 0; v < sizes.length; v++) {
    if (sizes[v] === 1) continue;
    const previous = out.at(-1);
    const left = previous?.at(-1);
    const walksAsOne =
      left !== undefined &&
      affines.every((a) => coefficient(a, first + left) === coefficient(a, first + v) * sizes[v]!);
    if (walksAsOne) previous!.push(v);
    else out.push([v]);
  }
  return out;
}

/** Keeps the coefficient of each group's innermost variable. */
function remap(affine: Affine, kept: readonly number[]): Affine {
  return { coefficients: kept.map((v) => coefficient(affine, v)), offset: affine.offset };
}

/** A contraction keeps batch, m, n and k separate; within each, axes of size 1 are dropped and adjacent axes merged. */
function collapseContract(kernel: ContractKernel): ContractKernel {
  const affines: Affine[] = [kernel.a.address, kernel.b.address, kernel.store.address];
  affinesOf(kernel.store.value, affines);
  const kept: number[] = [];
  const out: number[][] = [];
  let first = 0;
  for (const sizes of [kernel.batch, kernel.m, kernel.n, kernel.k]) {
    const merged = groups(sizes, first, affines);
    // m, n and k always keep a loop, even one of a single iteration.
    if (merged.length === 0 && sizes !== kernel.batch) merged.push([sizes.length - 1]);
    out.push(merged.map((group) => group.reduce((p, v) => p * sizes[v]!, 1)));
    kept.push(...merged.map((group) => first + group.at(-1)!));
    first += sizes.length;
  }
  const [batch, m, n, k] = out as [number[], number[], number[], number[]];
  const operand = ({ buffer, address }: Operand): Operand => ({ buffer, address: remap(address, kept) });
  const value = rewrite(kernel.store.value, (affine) => remap(affine, kept), new Map());
  return {
    ...kernel,
    batch,
    m,
    n,
    k,
    a: operand(kernel.a),
    b: operand(kernel.b),
    store: { ...operand(kernel.store), value },
  };
}

export function collapse(kernel: Kernel): Kernel {
  if (kernel.form === 'contract') return collapseContract(kernel);
  if (kernel.form === 'scatter') return kernel;
  const stores = storesOf(kernel);
  const affines: Affine[] = stores.map((store) => store.address);
  for (const store of stores) affinesOf(store.value, affines);
  if (kernel.form === 'reduce') for (const { body } of kernel.terms) affinesOf(body, affines);
  const rank = kernel.sizes.length;
  const outer = groups(kernel.sizes, 0, affines);
  // Argmax reports the position along its only axis, so there is nothing to merge.
  const reduced = kernel.form !== 'reduce' ? [] : groups(kernel.reduced, rank, affines);
  const kept = [...outer.map((g) => g.at(-1)!), ...reduced.map((g) => rank + g.at(-1)!)];
  const product = (group: number[], from: readonly number[]) => group.reduce((p, v) => p * from[v]!, 1);
  const sizes = outer.map((group) => product(group, kernel.sizes));
  const memo = new Map<Expression, Expression>();
  const move = (affine: Affine) => remap(affine, kept);
  const store = (s: Store): Store => ({
    buffer: s.buffer,
    address: remap(s.address, kept),
    value: rewrite(s.value, move, memo),
  });
  if (kernel.form === 'map') return { ...kernel, sizes, stores: kernel.stores.map(store) };
  return {
    ...kernel,
    sizes,
    reduced: reduced.map((group) => product(group, kernel.reduced)),
    terms: kernel.terms.map((term) => ({ body: rewrite(term.body, move, memo), store: store(term.store) })),
  };
}
