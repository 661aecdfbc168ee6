// The limits of a key. An error names the limit, its value and what was requested.

import { z } from 'zod';
import { Priority } from '../priority.ts';

const count = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const KeyLimits = z.strictObject({
  requests_per_second: z
    .number()
    .positive()
    .max(1_000_000)
    .nullable()
    .describe("On average, at each API process; bursts of up to one second's worth are allowed"),
  running_jobs: count.nullable().describe('Running at the same time; further jobs wait in the queue'),
  queued_jobs: count.nullable().describe('Jobs waiting for a worker; further ones are rejected'),
  priority: Priority.nullable().describe('The highest priority its jobs may have'),
  upload_bytes: count
    .nullable()
    .describe(
      'Total of its datasets and uploaded weights, as stored, and of its uploads not yet used for a dataset',
    ),
  parameters: count.nullable().describe("Parameters of a job's model"),
  flops: z
    .number()
    .positive()
    .nullable()
    .describe('Floating-point operations of a job, as POST /jobs/validate counts them'),
  max_seconds: z
    .number()
    .positive()
    .nullable()
    .describe('The highest `training.max_seconds`, and the value for jobs that do not set it'),
});
export type KeyLimits = z.infer<typeof KeyLimits>;
export type KeyLimit = keyof KeyLimits;

/** Apply if neither the key nor the configuration sets a limit. */
export const DEFAULT_LIMITS: KeyLimits = {
  requests_per_second: 100,
  running_jobs: null,
  queued_jobs: 1_000,
  priority: 0,
  upload_bytes: null,
  parameters: null,
  flops: null,
  max_seconds: null,
};

/** Some of the limits, as JSON: those omitted are filled in, and null means no limit. */
export const SomeLimits = KeyLimits.partial();
export type SomeLimits = z.infer<typeof SomeLimits>;

export function withDefaults(given: SomeLimits, defaults: KeyLimits = DEFAULT_LIMITS): KeyLimits {
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(said) as Partial<KeyLimits>) };
}
