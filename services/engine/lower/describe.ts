// Prints a fusion plan: what each stage stores, computes inline, and loads.

import { ops } from '../ops/index.ts';
import { formatShape } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';
import type { FusionPlan } from './fusion.ts';

/** One line per stage and assignment, such as `relu [8, 13] = relu·add·matmul of x, theta`. */
export function describePlan({ stages, assignments, places }: FusionPlan): string[] {
  const isLoaded = (t: Tensor) => places.of(t) !== null;
  const line = (what: string, roots: readonly Tensor[], inside: ReadonlySet<Tensor>): string => {
    const loads = new Set<string>();
    const seen = new Set<Tensor>();
    const computed: string[] = [];
    const visit = (t: Tensor) => {
      if (seen.has(t)) return;
      seen.add(t);
      if (isLoaded(t) && !inside.has(t)) {
        loads.add(nameOf(t));
        return;
      }
      const { kind } = t.op.meaning;
      if (kind === 'leaf') loads.add(nameOf(t));
      else if (kind !== 'movement') computed.push(t.op.name);
      for (const input of t.inputs) visit(input);
    };
    for (const root of roots) visit(root);
    return `${what} = ${computed.join('·') || 'copy'} of ${[...loads].join(', ')}`;
  };
  return [
    ...stages.map(({ tensor, isCopy }) =>
      line(`${tensor.op.name} ${formatShape(tensor.shape)}`, [tensor], new Set(isCopy ? [] : [tensor])),
    ),
    ...assignments.map(({ group, inside }) =>
      line(
        group.map(([state]) => state).join(', '),
        group.map(([, value]) => value),
        new Set([...inside].filter((t) => !isLoaded(t))),
      ),
    ),
  ];
}

/** The name of a loaded tensor in a printed plan. */
function nameOf(t: Tensor): string {
  for (const source of [ops.state, ops.batch, ops.scalar]) if (isResultOf(t, source)) return t.attrs.name;
  if (t.op === ops.reshape || t.op === ops.slice) return nameOf(t.inputs[0]!);
  return t.op.name;
}
