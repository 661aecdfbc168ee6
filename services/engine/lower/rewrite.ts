// Rewrites an expression in terms of other loop variables.

import type { Affine, Expression } from '../expression.ts';

/** @param memo preserves sharing: pass one map for all expressions of a kernel that move together */
export function rewrite(
  root: Expression,
  move: (affine: Affine) => Affine,
  memo: Map<Expression, Expression>,
): Expression {
  const known = memo.get(root);
  if (known !== undefined) return known;
  const again = (node: Expression) => rewrite(node, move, memo);
  let out: Expression = root;
  if (root.kind === 'load') out = { ...root, address: move(root.address), row: root.row && again(root.row) };
  else if (root.kind === 'index') out = { ...root, index: move(root.index) };
  else if (root.kind === 'uniform') out = { ...root, element: move(root.element) };
  else if (root.kind === 'op') out = { ...root, args: root.args.map(again) };
  memo.set(root, out);
  return out;
}
