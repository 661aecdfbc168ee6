// Writes an artifact's bytes: splits the stream into pieces of fixed size, hashes it, and sends it to Postgres or to an external home once
// the size is known.

export const PIECE_BYTES = 2 ** 20;

export type Content = Uint8Array | AsyncIterable<Uint8Array>;

/** Splits the content into pieces of PIECE_BYTES; only the last may be shorter. */
export async function* inPieces(content: Content): AsyncGenerator<Buffer> {
  const given = content instanceof Uint8Array ? [content] : content;
  let pending: Buffer[] = [];
  let size = 0;
  for await (const piece of given) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    while (size + rest.length >= PIECE_BYTES) {
      const head = rest.subarray(0, PIECE_BYTES - size);
      yield pending.length === 0 ? Buffer.from(head) : Buffer.concat([...pending, head]);
      rest = rest.subarray(head.length);
      pending = [];
      size = 0;
    }
    // Copied: the producer may reuse its buffer.
    if (rest.length > 0) pending.push(Buffer.from(rest));
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(pending);
}

export interface Peeked {
  /** There are more bytes than the limit. */
  over: boolean;
  /** The whole content, from its first byte. */
  pieces: AsyncIterable<Buffer>;
}

/** Buffers just enough pieces to tell whether the content exceeds `bytes`. */
export async function peek(pieces: AsyncGenerator<Buffer>, bytes: number): Promise<Peeked> {
  const held: Buffer[] = [];
  let size = 0;
  while (size <= bytes) {
    const { value, done } = await pieces.next();
    if (done) break;
    held.push(value);
    size += value.length;
  }
  async function* all() {
    yield* held.splice(0);
    yield* pieces;
  }
  return { over: size > bytes, pieces: all() };
}
