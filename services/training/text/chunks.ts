// Cuts UTF-8 text into chunks that no pair of a byte-pair encoding crosses: a word, a number or punctuation, each with the space before
// it, or white space. After GPT-2's pattern (Radford et al., "Language models are unsupervised multitask learners", 2019), on bytes:
// everything beyond ASCII counts as a letter.

const LETTER = 0;
const DIGIT = 1;
const SIGN = 2;
const SPACE = 3;

const KINDS = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x80 || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)) return LETTER;
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) ? SPACE : SIGN;
});
const BLANK = 0x20;
/** Longer chunks are cut here: they are not words, and would be slow to encode. */
const LONGEST = 64;

/** The end of the chunk that starts at `from`. */
export function chunkEnd(bytes: Uint8Array, from: number, end: number): number {
  const most = Math.min(end, from + LONGEST);
  const first = KINDS[bytes[from]!]!;
  let at = from + 1;
  let kind = first;
  if (bytes[from] === BLANK && at < most && KINDS[bytes[at]!] !== SPACE) kind = KINDS[bytes[at++]!]!;
  while (at < most && KINDS[bytes[at]!] === kind) {
    // The last space before a word belongs to the word.
    if (kind === SPACE && bytes[at] === BLANK && at + 1 < end && KINDS[bytes[at + 1]!] !== SPACE) break;
    at++;
  }
  return at;
}

/** The bytes as a string, one code unit each, to serve as a map key. */
export function keyOf(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
