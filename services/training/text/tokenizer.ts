// From text to token ids and back: plain data that travels with the model, and the functions made from it.

import { z } from 'zod';
import { bpeBytes, bpeEncoder } from './encode-bpe.ts';
import { BYTES } from './learn-bpe.ts';
import { codeAt, lengthOf } from './scan.ts';

export const Tokenizer = z.discriminatedUnion('kind', [
  /** Every character is a token; ids follow the order of code points. */
  z.object({ kind: z.literal('characters'), alphabet: z.string() }),
  z.object({ kind: z.literal('bytes') }),
  /** `vocabulary` is the size of the network's vocabulary; fewer tokens may have been learned. */
  z.object({
    kind: z.literal('bpe'),
    merges: z.array(z.tuple([z.number().int(), z.number().int()])),
    vocabulary: z.number().int(),
  }),
]);
export type Tokenizer = z.infer<typeof Tokenizer>;

export interface Coder {
  readonly vocabulary: number;
  /** @param bytes well-formed UTF-8. @throws UnknownCharacters */
  encode(bytes: Uint8Array): Int32Array;
  /** The bytes of a token, possibly part of a character; empty for an unused id. */
  bytesOf(token: number): Uint8Array;
}

export class UnknownCharacters extends Error {
  /** Distinct, in order of appearance. */
  readonly characters: readonly string[];

  constructor(characters: readonly string[]) {
    super(`unknown characters: ${characters.join(' ')}`);
    this.characters = characters;
  }
}

export function coderOf(tokenizer: Tokenizer): Coder {
  switch (tokenizer.kind) {
    case 'characters':
      return charactersCoder(tokenizer.alphabet);
    case 'bytes':
      return {
        vocabulary: BYTES,
        encode: (bytes) => Int32Array.from(bytes),
        bytesOf: (token) => Uint8Array.of(token),
      };
    case 'bpe': {
      const bytes = bpeBytes(tokenizer.merges);
      const encode = bpeEncoder(tokenizer.merges);
      return {
        vocabulary: tokenizer.vocabulary,
        encode,
        bytesOf: (token) => bytes[token] ?? new Uint8Array(0),
      };
    }
  }
}

function charactersCoder(alphabet: string): Coder {
  const characters = Array.from(alphabet);
  const tokens = new Map(characters.map((character, token) => [character.codePointAt(0)!, token]));
  const bytes = characters.map((character) => new TextEncoder().encode(character));
  return {
    vocabulary: characters.length,
    encode(text) {
      const found = new Int32Array(text.length);
      const unknown = new Set<number>();
      let count = 0;
      for (let at = 0; at < text.length; at += lengthOf(text[at]!)) {
        const code = codeAt(text, at);
        const token = tokens.get(code);
        if (token === undefined) unknown.add(code);
        else found[count++] = token;
      }
      if (unknown.size > 0)
        throw new UnknownCharacters(Array.from(unknown, (code) => String.fromCodePoint(code)));
      return found.slice(0, count);
    },
    bytesOf: (token) => bytes[token] ?? new Uint8Array(0),
  };
}
