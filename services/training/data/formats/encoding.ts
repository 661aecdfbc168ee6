// Converts the bytes of a text file to UTF-8. A byte order mark decides; UTF-16 without one shows by its zero bytes. Anything else is
// UTF-8 until an invalid byte, and Windows-1252 from there on if everything before was ASCII: up to that point both mean the same. Nothing
// is read twice.

/** What is wrong with the bytes; the caller adds where they came from. */
export class TextError extends Error {
  readonly code: 'not_csv' | 'not_utf8' | 'not_text';

  constructor(code: TextError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** 'latin1' in the Web's sense: Windows-1252, whose printable characters are a superset of Latin-1. */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Bytes searched for zeros. */
const HEAD = 4_096;

/** The encoding that the first bytes indicate; UTF-8 if they indicate none. */
export function detectEncoding(head: Uint8Array): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const pairs = Math.floor(Math.min(head.length, HEAD) / 2);
  let [even, odd] = [0, 0];
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) even++;
    if (head[2 * i + 1] === 0) odd++;
  }
  // In UTF-16 text in a Latin alphabet, nearly every second byte is 0.
  if (pairs > 1 && odd * 10 > pairs * 7 && even === 0) return 'utf-16le';
  if (pairs > 1 && even * 10 > pairs * 7 && odd === 0) return 'utf-16be';
  return 'utf-8';
}

function decoderOf(encoding: Encoding) {
  const label = encoding === 'latin1' ? 'windows-1252' : encoding;
  return new TextDecoder(label, { fatal: true, ignoreBOM: label === 'utf-8' });
}

export class TextBytes {
  #encoding: Encoding;
  readonly #declared: boolean;
  #decoder: ReturnType<typeof decoderOf>;
  /** Bytes of a character still incomplete at the end of the last piece. */
  #held = new Uint8Array(0);
  #onlyAscii = true;
  #lines = 1;

  readonly #what: string;

  /** @param declared the upload's "encoding"; @param head the first bytes of the file; @param what the expected kind of file, for error messages */
  constructor(declared: Encoding | undefined, head: Uint8Array, what = 'a CSV') {
    this.#what = what;
    this.#declared = declared !== undefined;
    this.#encoding = declared ?? detectEncoding(head);
    this.#decoder = decoderOf(this.#encoding);
  }

  /** As far as known: it may still turn out to be Windows-1252. */
  get encoding(): Encoding {
    return this.#encoding;
  }

  /** Converts a piece to UTF-8. @throws TextError */
  take(piece: Uint8Array): Uint8Array {
    return this.#encoding === 'utf-8' ? this.#utf8(piece) : this.#converted(piece, true);
  }

  /** Converts what is left. @throws TextError if the file ends within a character */
  end(): Uint8Array {
    if (this.#encoding !== 'utf-8') return this.#converted(new Uint8Array(0), false);
    return this.#held.length === 0 ? this.#held : this.#fallBack(this.#held);
  }

  /** Valid UTF-8 passes through unchanged. */
  #utf8(piece: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? piece : joined(this.#held, piece);
    if (bytes.includes(0))
      throw new TextError(
        'not_csv',
        `not ${this.#what}: it contains NUL bytes (line ${this.#lineOf(bytes, 0)})`,
      );
    const complete = bytes.subarray(0, bytes.length - unfinished(bytes));
    let text: string;
    try {
      text = this.#decoder.decode(complete);
    } catch {
      return this.#fallBack(bytes);
    }
    this.#held = bytes.slice(complete.length);
    if (text.length !== complete.length) this.#onlyAscii = false;
    this.#count(complete);
    return complete;
  }

  #fallBack(bytes: Uint8Array): Uint8Array {
    const more = this.#onlyAscii && !looksUtf8(bytes);
    if (this.#declared || !more) {
      const message = `not text in UTF-8 (line ${this.#lines}, or one shortly after): save it as UTF-8, or set its "encoding": ${ENCODINGS.join(', ')}`;
      throw new TextError('not_utf8', message);
    }
    this.#encoding = 'windows-1252';
    this.#decoder = decoderOf(this.#encoding);
    this.#held = new Uint8Array(0);
    return this.#converted(bytes, true);
  }

  #converted(piece: Uint8Array, stream: boolean): Uint8Array {
    let text: string;
    try {
      text = this.#decoder.decode(piece, { stream });
    } catch {
      throw new TextError(
        'not_text',
        `not text in ${this.#encoding} (line ${this.#lines}, or one shortly after)`,
      );
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const control = /[\0-\x08\x0e-\x1f]/.exec(text);
    if (control !== null) {
      const line = this.#lines + (text.slice(0, control.index).match(/\n/g)?.length ?? 0);
      throw new TextError('not_csv', `not ${this.#what}: it contains control characters (line ${line})`);
    }
    const bytes = new TextEncoder().encode(text);
    this.#count(bytes);
    return bytes;
  }

  #count(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x0a) this.#lines++;
  }

  /** The line of the first occurrence of `byte`. */
  #lineOf(bytes: Uint8Array, byte: number): number {
    this.#count(bytes.subarray(0, bytes.indexOf(byte)));
    return this.#lines;
  }
}

/** How many bytes at the end belong to an incomplete character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** Whether the bytes contain a valid multi-byte UTF-8 character. */
function looksUtf8(bytes: Uint8Array): boolean {
  return /[^\p{ASCII}\ufffd]/u.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
