// Splits a text cell into pieces that become tokens: words and punctuation, or characters.

export type PieceKind = 'words' | 'characters';

/** A word including its apostrophes (don't, l'école), or a single punctuation mark. White space separates pieces and is dropped. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{M}\p{N}_]/gu;

export function piecesOf(text: string, kind: PieceKind, lowercase: boolean): readonly string[] {
  const written = lowercase ? text.toLowerCase() : text;
  return kind === 'words' ? (written.match(WORD) ?? []) : Array.from(written);
}
