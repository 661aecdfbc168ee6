// The text of an API key: a recognisable prefix, and 160 random bits in base 32.

import { createHash, randomBytes } from 'node:crypto';
import { KEY_PREFIX } from '#contracts/keys/keys.ts';

/** Crockford's base 32, as for ids: with 32 characters, five bits of a random byte select one. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const CHARACTERS = 32;
const HINT = 4;

const FORM = new RegExp(`^${KEY_PREFIX}[${ALPHABET}]{${CHARACTERS}}$`);

export interface Secret {
  key: string;
  /** Stored instead of the key. */
  hash: string;
  hint: string;
}

/** 160 random bits cannot be brute-forced, so a plain, fast hash is enough. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

export function newSecret(): Secret {
  const body = Array.from(randomBytes(CHARACTERS), (byte) => ALPHABET[byte % 32]).join('');
  const key = KEY_PREFIX + body;
  return { key, hash: hashKey(key), hint: body.slice(-HINT) };
}

/** Text in any other form cannot be a key and is not looked up. */
export const looksLikeKey = (text: string): boolean => FORM.test(text);
