// The text of an API key: a recognisable prefix, and 160 random bits in base 32.

import { createHash, randomBytes } from 'node:crypto';
import { KEY_PREFIX } from '#contracts/keys/keys.ts';

/** Crockford's base 32, as in ids: 32 characters, so five bits of a random byte are one of them. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CHARACTERS = 32;
const HINT = 4;

const FORM = new RegExp(`^${KEY_PREFIX}[${ALPHABET}]{${CHARACTERS}}$`);

export interface Secret {
  key: string;
  /** What is stored of it. */
  hash: string;
  hint: string;
}

/** Of 160 random bits nobody finds the origin: a plain, fast hash is enough. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

export function newSecret(): Secret {
  const body = Array.from(randomBytes(CHARACTERS), (byte) => ALPHABET[byte % 32]).join('');
  const key = KEY_PREFIX + body;
  return { key, hash: hashKey(key), hint: body.slice(-HINT) };
}

/** What has not the form cannot be a key, and is not looked for. */
export const looksLikeKey = (text: string): boolean => FORM.test(text);
