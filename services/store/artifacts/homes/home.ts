// A home: storage for artifact bytes outside Postgres, either a directory or a bucket. An object is named by its artifact's id, is written
// atomically, and never changes.

export interface Home {
  /** Identifies it in rows and messages: no credentials, no settings. */
  readonly url: string;
  /** Atomic, and durable once this resolves. */
  write(id: string, pieces: AsyncIterable<Buffer>): Promise<void>;
  /** Bytes `from` (inclusive) to `to` (exclusive). @throws NoObject if it does not exist */
  read(id: string, from: number, to: number): Promise<Buffer>;
  /** Succeeds if the object does not exist; also removes leftovers of an interrupted write. */
  delete(id: string): Promise<void>;
  /** @throws if the home is not writable */
  check(): Promise<void>;
}

/** The object does not exist (any more). */
export class NoObject extends Error {
  constructor(home: string, id: string) {
    super(`${home} has no object ${id}`);
    this.name = 'NoObject';
  }
}

/** The home is unavailable or misbehaving; retrying may help. */
export class HomeAway extends Error {
  constructor(home: string, why: string, cause?: unknown) {
    super(`${home}: ${why}`, { cause });
    this.name = 'HomeAway';
  }
}
