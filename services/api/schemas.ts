// Schemas shared by several routes.

import { z } from 'zod';

export const IdParams = z.strictObject({ id: z.string() });

export const WaitQuery = z.strictObject({
  wait: z.coerce
    .number()
    .min(0)
    .max(60)
    .optional()
    .describe('Wait up to this many seconds for the end before replying'),
});

export const CheckpointParams = z.strictObject({ id: z.string(), checkpoint: z.string() });

export const IdempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'expected 1 to 255 visible ASCII characters' })
    .optional()
    .describe(
      'Repeating a request with the same key and body within 24 hours returns the same reply and creates nothing new',
    ),
});

/** The body of a 204. */
export const Nothing = z.null().describe('Deleted; `x-bytes-freed` is the number of bytes of files freed');

/** The body of a 204 that deletes nothing. */
export const NoContent = z.null().describe('No content');

/** A position in a job's log: the seq of an event, or 0 for before the first. */
export const Seq = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
