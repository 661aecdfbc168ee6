// Valid bodies with one value replaced: they get furthest into the service.

import fc from 'fast-check';
import {
  DATASET_EXAMPLE,
  JOB_EXAMPLE,
  MODEL_EXAMPLE,
  PREDICT_EXAMPLE,
} from '../../services/api/openapi/examples.ts';
import { hostile } from './arbitrary.ts';

const RIGHT: Readonly<Record<string, unknown>> = {
  'POST /jobs': JOB_EXAMPLE,
  'POST /jobs/validate': JOB_EXAMPLE,
  'POST /datasets': DATASET_EXAMPLE,
  'POST /models/validate': MODEL_EXAMPLE,
  'POST /jobs/{id}/predict': PREDICT_EXAMPLE,
  'POST /jobs/{id}/evaluate': { dataset: DATASET_EXAMPLE },
};

type Path = (string | number)[];

function pathsIn(value: unknown, path: Path = []): Path[] {
  const inner =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...path, key]))
      : [];
  return [path, ...inner];
}

function changed(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = changed(copy[key], rest, to);
  return copy;
}

/** Null if no valid body is known for the operation. */
export function almostRight(operation: string): fc.Arbitrary<unknown> | null {
  const right = RIGHT[operation];
  if (right === undefined) return null;
  const changes = fc.array(fc.tuple(fc.constantFrom(...pathsIn(right)), hostile), { maxLength: 2 });
  return changes.map((all) => {
    // The first change may have removed the path of the second.
    try {
      return all.reduce<unknown>((body, [path, to]) => changed(body, path, to), right);
    } catch {
      return right;
    }
  });
}
