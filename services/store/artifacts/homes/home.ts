// A home for the bytes of artifacts outside Postgres: a directory or a bucket. An object is named by its artifact's id, is
// written whole or not at all, and never changes.

export interface Home {
  /** Names it in rows and messages: no credentials, no settings. */
  readonly url: string;
  /** Whole, and lasting when this resolves.. */
  write(id: string, pieces: AsyncIterable<Buffer>): Promise<void>;
  /** Bytes from `from` up to, not including, `to`. @throws NoObject where there is none */
  read(id: string, from: number, to: number): Promise<Buffer>;
  /** What is not there is deleted already; leftovers of a write that was cut off go, too. */
  delete(id: string): Promise<void>;
  /** @throws where an object could not be written here */
  check(): Promise<void>;
}

/** There is no such object (any more). */
export class NoObject extends Error {
  constructor(home: string, id: string) {
    super(`${home} has no object ${id}`);
    this.name = 'NoObject';
  }
}

/** The home does not answer, or not as it should: trying again may help. */
export class HomeAway extends Error {
  constructor(home: string, why: string, cause?: unknown) {
    super(`${home}: ${why}`, { cause });
    this.name = 'HomeAway';
  }
}
