// Input requirements shared by layers over sequences.

import { z } from 'zod';
import type { Refuse } from '../model/component.ts';
import type { Arrival } from './layer.ts';

/**
 * The sizes of a sample [time, features]; null (refused) if it is not one.
 * @param given argument names with the number of features each one declares, if set
 */
export function sequenceOf(
  { shape, from }: Arrival,
  refuse: Refuse,
  given: Readonly<Record<string, number | undefined>>,
): { time: number; features: number } | null {
  const [time, features] = shape;
  if (time === undefined || features === undefined || shape.length !== 2) {
    refuse(null, `takes a sequence [time, features], but ${shape.length} dimensions arrive from ${from}`);
    return null;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== features) {
      refuse(name, `${name} ${value} given, but ${features} arrive from ${from}`);
    }
  }
  return { time, features };
}

/** torch's argument, which has only one value here. */
export const batchFirst = z
  .literal(true, { error: 'must be true: a sample is [time, features] here' })
  .default(true)
  .describe('Always true: a sample is [time, features]');
