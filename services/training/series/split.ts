// The default split of a series: its last rows are held out. Windows overlap, so randomly drawn rows would leak through their neighbors.

import type { Detail } from '#contracts/errors.ts';
import { isObject } from '../canonical/component.ts';
import { PARTS } from '../job/held-out.ts';

/** The request's training settings with defaults for a series. */
export function withSeriesSplit(training: unknown, details: Detail[]): unknown {
  if (!isObject(training)) return training;
  const out = { ...training };
  for (const part of PARTS) {
    const held = out[part];
    if (!isObject(held)) continue;
    if (held.folds !== undefined || held.by === 'fold') {
      const message =
        'the folds of a series would have training rows on both sides; hold out its end with {"fraction": 0.2}';
      details.push({ param: `training.${part}.folds`, code: 'does_not_fit', message });
    }
    if (held.fraction === undefined) continue;
    if (held.by === undefined) out[part] = { ...held, by: 'last' };
    else if (held.by === 'random') {
      const message =
        'windows of a series overlap, so rows drawn at random would already be known; "last" holds out the end of each series';
      details.push({ param: `training.${part}.by`, code: 'does_not_fit', message });
    }
  }
  return out;
}
