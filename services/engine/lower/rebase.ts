// Makes kernels that work on different parts of one buffer (the time steps of a sequence) share code: addresses are made relative to the
// lowest constant offset that the kernel uses in each buffer, and that base is passed at the call.

import type { Affine, Expression } from '../expression.ts';
import { type Kernel, type Operand, rootsOf, type Store, visitExpression } from './kernel.ts';

/** @returns the rebased kernel and, per buffer, the offset in elements that was taken out; no entry for 0 */
export function rebase(kernel: Kernel): { kernel: Kernel; bases: ReadonlyMap<number, number> } {
  const bases = new Map<number, number>();
  const meet = (buffer: number, { offset }: Affine) =>
    bases.set(buffer, Math.min(offset, bases.get(buffer) ?? Number.POSITIVE_INFINITY));
  const seen = new Set<Expression>();
  for (const root of rootsOf(kernel)) {
    visitExpression(root, (node) => node.kind === 'load' && meet(node.buffer, node.address), seen);
  }
  for (const { buffer, address } of placesOf(kernel)) meet(buffer, address);
  for (const [buffer, base] of bases) if (base === 0) bases.delete(buffer);
  return bases.size === 0 ? { kernel, bases } : { kernel: moved(kernel, bases), bases };
}

/** The kernel's memory accesses besides the loads in its expressions. */
function placesOf(kernel: Kernel): readonly Operand[] {
  if (kernel.form === 'map') return kernel.stores;
  if (kernel.form === 'reduce') return kernel.terms.map((term) => term.store);
  if (kernel.form === 'contract') return [kernel.a, kernel.b, kernel.store];
  return [kernel.index, kernel.store];
}

function moved(kernel: Kernel, bases: ReadonlyMap<number, number>): Kernel {
  const memo = new Map<Expression, Expression>();
  const place = ({ buffer, address }: Operand): Operand => {
    const base = bases.get(buffer) ?? 0;
    return { buffer, address: { ...address, offset: address.offset - base } };
  };
  const again = (node: Expression): Expression => {
    const known = memo.get(node);
    if (known !== undefined) return known;
    let out = node;
    if (node.kind === 'load') out = { ...node, ...place(node), row: node.row && again(node.row) };
    else if (node.kind === 'op') out = { ...node, args: node.args.map(again) };
    memo.set(node, out);
    return out;
  };
  const store = (s: Store): Store => ({ ...place(s), value: again(s.value) });
  switch (kernel.form) {
    case 'map':
      return { ...kernel, stores: kernel.stores.map(store) };
    case 'reduce':
      return {
        ...kernel,
        terms: kernel.terms.map((term) => ({ body: again(term.body), store: store(term.store) })),
      };
    case 'contract':
      return { ...kernel, a: place(kernel.a), b: place(kernel.b), store: store(kernel.store) };
    case 'scatter':
      return {
        ...kernel,
        index: place(kernel.index),
        values: again(kernel.values),
        store: place(kernel.store),
      };
  }
}
