// Pieces that the schemas of several routes share.

import { z } from 'zod';

export const IdParams = z.strictObject({ id: z.string() });

export const CheckpointParams = z.strictObject({ id: z.string(), checkpoint: z.string() });

/** Given with a POST that creates: the same key and body within 24 hours get the same reply, and create once. */
export const IdempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'expected 1 to 255 visible ASCII characters' })
    .optional()
    .describe('The same key with the same body gets the same reply for 24 hours, and creates only once'),
});

/** The body of a 204. */
export const Nothing = z.null().describe('Deleted; `x-bytes-freed` says how many bytes of files that freed');

/** A position in a job's log: the number of an event, or 0 for before the first. */
export const Seq = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);
