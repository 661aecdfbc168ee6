// What `model.weights` may refer to: uploaded weights, another job's weights, or one of its checkpoints.

import { isId } from '../ids.ts';
import { Which } from '../jobs/checkpoint.ts';

export type WeightsRef =
  | { kind: 'weights'; id: string }
  | { kind: 'checkpoint'; id: string }
  /** The ones that the job answers from where `which` is left out. */
  | { kind: 'job'; id: string; which: Which | undefined };

/** Null where it cannot be one. */
export function readWeightsRef(text: string): WeightsRef | null {
  if (isId('weights', text)) return { kind: 'weights', id: text };
  if (isId('checkpoint', text)) return { kind: 'checkpoint', id: text };
  const [id = '', suffix, ...rest] = text.split('@');
  if (!isId('job', id) || rest.length > 0) return null;
  if (suffix === undefined) return { kind: 'job', id, which: undefined };
  const which = Which.safeParse(suffix);
  return which.success ? { kind: 'job', id, which: which.data } : null;
}

/** Which of a checkpoint's weights are meant, where the named weights are in one. */
export function whichOf(text: string): Which {
  const ref = readWeightsRef(text);
  return ref?.kind === 'job' && ref.which === 'best' ? 'best' : 'last';
}
