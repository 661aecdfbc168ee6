// Models kept ready for prediction, bounded by the memory they actually use: their compiled programs, which grow with each further batch
// size, and the weights. The least recently used are evicted first; one in use stays until it is done.

export interface Resident {
  readonly bytes: number;
  dispose(): void;
}

interface Entry<R> {
  readonly loaded: Promise<R>;
  resident: R | null;
  users: number;
  /** Its size after its last use, as included in #bytes. */
  counted: number;
  /** Evicted while in use: its last user disposes of it. */
  gone: boolean;
}

export class Residents<R extends Resident> {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry<R>>();
  readonly #maxBytes: number;
  readonly #onFreed: () => void;
  #bytes = 0;

  /** @param onFreed called after models were released, when V8 may collect their memory */
  constructor(maxBytes: number, onFreed: () => void = () => {}) {
    this.#maxBytes = maxBytes;
    this.#onFreed = onFreed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Loads the model if needed, once for any number of concurrent callers, and keeps it while `work` runs. */
  async use<T>(id: string, load: () => Promise<R>, work: (resident: R) => Promise<T>): Promise<T> {
    const entry = this.#entry(id, load);
    entry.users++;
    try {
      entry.resident = await entry.loaded;
      return await work(entry.resident);
    } catch (error) {
      // Forget a failed load, so that the next caller retries it.
      if (entry.resident === null && this.#entries.get(id) === entry) this.#entries.delete(id);
      throw error;
    } finally {
      entry.users--;
      if (entry.gone && entry.users === 0) this.#free(entry);
      this.#count(entry);
      this.#trim();
    }
  }

  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#drop(entry);
  }

  #entry(id: string, load: () => Promise<R>): Entry<R> {
    const known = this.#entries.get(id);
    if (known !== undefined) {
      this.#entries.delete(id);
      this.#entries.set(id, known);
      return known;
    }
    const made: Entry<R> = { loaded: load(), resident: null, users: 0, counted: 0, gone: false };
    this.#entries.set(id, made);
    return made;
  }

  /** Updates #bytes: a model grows with use, and an evicted one counts as 0. */
  #count(entry: Entry<R>): void {
    const now = entry.gone ? 0 : (entry.resident?.bytes ?? 0);
    this.#bytes += now - entry.counted;
    entry.counted = now;
  }

  #trim(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      if (entry.users > 0 || entry.resident === null) continue;
      this.#entries.delete(id);
      this.#drop(entry);
    }
  }

  #drop(entry: Entry<R>): void {
    entry.gone = true;
    this.#count(entry);
    if (entry.users === 0) this.#free(entry);
  }

  #free(entry: Entry<R>): void {
    entry.resident?.dispose();
    entry.resident = null;
    this.#onFreed();
  }
}
