// Scans a UTF-8 text once: the numbers of characters and lines, and the set of characters.

import type { TextInfo } from '#contracts/datasets/text-data.ts';

/** Alphabets larger than this are not listed, and not usable as tokens. */
const MOST_CHARACTERS = 20_000;
const CODES = 0x11_0000;

/** @param bytes well-formed UTF-8 */
export function scanText(bytes: Uint8Array): TextInfo {
  const seen = new Uint8Array(CODES);
  let characters = 0;
  let lines = 0;
  for (let at = 0; at < bytes.length; characters++) {
    const code = codeAt(bytes, at);
    if (code === 0x0a) lines++;
    seen[code] = 1;
    at += lengthOf(bytes[at]!);
  }
  if (bytes.length > 0 && bytes.at(-1) !== 0x0a) lines++;
  return { bytes: bytes.length, characters, lines, alphabet: alphabetOf(seen) };
}

function alphabetOf(seen: Uint8Array): string | null {
  const found: string[] = [];
  for (let code = seen.indexOf(1); code >= 0; code = seen.indexOf(1, code + 1)) {
    if (found.length === MOST_CHARACTERS) return null;
    found.push(String.fromCodePoint(code));
  }
  return found.join('');
}

/** Length in bytes of a character that starts with this byte. */
export function lengthOf(first: number): number {
  if (first < 0x80) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/** The code point that starts at `at` in well-formed UTF-8. */
export function codeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const next = (i: number) => bytes[at + i]! & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | next(1);
  if (first < 0xf0) return ((first & 0x0f) << 12) | (next(1) << 6) | next(2);
  return ((first & 0x07) << 18) | (next(1) << 12) | (next(2) << 6) | next(3);
}

/** Byte offset of the character with this index; the end if there are fewer. */
export function byteOfCharacter(bytes: Uint8Array, character: number): number {
  let at = 0;
  for (let i = 0; i < character && at < bytes.length; i++) at += lengthOf(bytes[at]!);
  return at;
}

/** Start of the character that the byte at `at` belongs to. */
export function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start > 0 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start--;
  return start;
}
