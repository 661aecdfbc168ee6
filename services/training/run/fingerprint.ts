// What a checkpoint and the program that resumes from it must have in common.

import { createHash } from 'node:crypto';
import type { Backend } from '#engine/backends/backend.ts';
import type { Program } from '#engine/program.ts';

/** Equal if the same kind of device runs the same program; then equal seeds and data give equal bits. */
export function fingerprintOf(backend: Backend, program: Program): string {
  const hash = createHash('sha256').update(backend.fingerprint);
  for (const { name, batch, graph, assigns, records } of program.entries) {
    const tensors = graph.tensors.map(({ op, inputs, attrs }) => [
      op.name,
      inputs.map(({ id }) => id),
      attrs,
    ]);
    const results = [...assigns, ...records].map(([slot, { id }]) => [slot, id]);
    hash.update(JSON.stringify([name, batch, tensors, results], distinct));
  }
  return `${backend.name}-${hash.digest('hex').slice(0, 24)}`;
}

/** JSON would write NaN and both infinities as null, and −0 as 0. */
function distinct(_: string, value: unknown): unknown {
  const isPlain = typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));
  return isPlain ? value : Object.is(value, -0) ? '-0' : String(value);
}
