// What `model.weights` may refer to: uploaded weights, another job's weights, or one of its checkpoints.

import { isId } from '../ids.ts';
import { Which } from '../jobs/checkpoint.ts';

export type WeightsRef =
  | { kind: 'weights'; id: string }
  | { kind: 'checkpoint'; id: string }
  /** If `which` is undefined, the weights that the job serves. */
  | { kind: 'job'; id: string; which: Which | undefined };

/** Null if the text cannot be a reference. */
export function readWeightsRef(text: string): WeightsRef | null {
  if (isId('weights', text)) return { kind: 'weights', id: text };
  if (isId('checkpoint', text)) return { kind: 'checkpoint', id: text };
  const [id = '', suffix, ...rest] = text.split('@');
  if (!isId('job', id) || rest.length > 0) return null;
  if (suffix === undefined) return { kind: 'job', id, which: undefined };
  const which = Which.safeParse(suffix);
  return which.success ? { kind: 'job', id, which: which.data } : null;
}

/** Which weights to use if the reference leads to a checkpoint. */
export function whichOf(text: string): Which {
  const ref = readWeightsRef(text);
  return ref?.kind === 'job' && ref.which === 'best' ? 'best' : 'last';
}
