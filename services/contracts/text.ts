// Text from requests. Postgres cannot store NUL, nor UTF-8 a lone surrogate: both are refused in validation, where the error can name the
// field.

import { z } from 'zod';

export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export const NOT_STORABLE = 'contains a NUL or a lone surrogate, which cannot be stored as text';

/** Storable text of at most `max` characters. */
export function text(max: number) {
  return z.string().max(max).refine(isStorable, { error: NOT_STORABLE });
}

export const Name = text(200).min(1);
export const Metadata = z.record(text(64).min(1), text(500)).refine((m) => Object.keys(m).length <= 16, {
  error: 'at most 16 keys',
});
