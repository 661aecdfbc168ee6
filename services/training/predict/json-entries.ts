// Cuts the entries of the arrays in one JSON object, {"key": [entry, …], …}, out of a stream of bytes without parsing them. It only looks
// at brackets, strings and commas; the reader of an entry finds out whether it is valid JSON.

import { bodyProblem } from './rows.ts';

/** A key is reported when its array opens; the array's entries follow. */
type Found = { readonly key: string } | { readonly json: Uint8Array };

/** Maximum size of an entry: more than any row of numbers needs. */
const MAX_ENTRY_BYTES = 64 * 2 ** 20;
/** Deeper than any row may be, and safe to parse. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

type State = 'object' | 'key' | 'in key' | 'colon' | 'array' | 'entry' | 'next' | 'end';

const EXPECTED: Record<State, string> = {
  object: 'an object, {"inputs": […]}',
  key: 'a key in quotes',
  'in key': 'the end of a key',
  colon: 'a colon after the key',
  array: 'an array',
  entry: 'the end of the array',
  next: 'a comma or the end of the object',
  end: 'nothing after the object',
};

export class JsonEntries {
  #state: State = 'object';
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The beginning of the current key or entry, from earlier pieces. */
  #before: Uint8Array[] = [];
  #beforeBytes = 0;
  #entries = 0;
  #key = '';

  *push(piece: Uint8Array): Generator<Found> {
    let start = 0;
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!;
      if (this.#state === 'entry') {
        if (this.#inString) {
          if (this.#escaped) this.#escaped = false;
          else if (byte === BACKSLASH) this.#escaped = true;
          else if (byte === QUOTE) this.#inString = false;
        } else if (byte === QUOTE) this.#inString = true;
        else if (byte === OPEN || byte === OPEN_BRACE) {
          if (++this.#depth > MAX_DEPTH) {
            throw bodyProblem('malformed_json', `nested deeper than ${MAX_DEPTH} levels`);
          }
        } else if (this.#depth > 0 && (byte === CLOSE || byte === CLOSE_BRACE)) this.#depth--;
        else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE)) {
          const json = this.#cut(piece.subarray(start, i));
          start = i + 1;
          if (byte === CLOSE) this.#state = 'next';
          // [] has no entries; an empty entry beside others is left for the parser to refuse.
          if (byte === COMMA || this.#entries > 0 || !isBlank(json)) {
            this.#entries++;
            yield { json };
          }
        }
        continue;
      }
      if (this.#state === 'in key') {
        if (this.#escaped) this.#escaped = false;
        else if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) {
          this.#key = parseKey(this.#cut(piece.subarray(start, i)));
          this.#state = 'colon';
        }
        continue;
      }
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      if (this.#state === 'object' && byte === OPEN_BRACE) this.#state = 'key';
      else if (this.#state === 'key' && byte === QUOTE) {
        this.#state = 'in key';
        start = i + 1;
      } else if (this.#state === 'colon' && byte === COLON) this.#state = 'array';
      else if (this.#state === 'array' && byte === OPEN) {
        this.#state = 'entry';
        this.#entries = 0;
        start = i + 1;
        yield { key: this.#key };
      } else if (this.#state === 'next' && byte === COMMA) this.#state = 'key';
      else if (
        (this.#state === 'next' || (this.#state === 'key' && this.#key === '')) &&
        byte === CLOSE_BRACE
      ) {
        this.#state = 'end';
      } else if (this.#state === 'array') {
        throw bodyProblem('invalid_type', 'expected an array', this.#key.slice(0, 100));
      } else throw this.#malformed();
    }
    if (this.#state !== 'entry' && this.#state !== 'in key') return;
    // A copy, because the caller may reuse the piece's memory.
    const rest = piece.slice(start);
    this.#before.push(rest);
    this.#beforeBytes += rest.length;
    if (this.#beforeBytes > MAX_ENTRY_BYTES) {
      throw bodyProblem('too_big', `one row is longer than ${MAX_ENTRY_BYTES} bytes`);
    }
  }

  /** Call at the end of the body. */
  end(): void {
    if (this.#state !== 'end') throw this.#malformed();
  }

  #malformed() {
    return bodyProblem('malformed_json', `not valid JSON: expected ${EXPECTED[this.#state]}`);
  }

  #cut(last: Uint8Array): Uint8Array {
    if (this.#before.length === 0) return last;
    const whole = Buffer.concat([...this.#before, last]);
    this.#before = [];
    this.#beforeBytes = 0;
    return whole;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function parseKey(bytes: Uint8Array): string {
  try {
    return JSON.parse(`"${Buffer.from(bytes).toString('utf8')}"`) as string;
  } catch {
    throw bodyProblem('malformed_json', 'not valid JSON: a key that cannot be read');
  }
}
