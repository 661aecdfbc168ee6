// Stream readers that reconnect whenever they are disconnected. What each has seen must equal the log.

import { isDeepStrictEqual } from 'node:util';
import { connect } from '#client/client.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { Journal } from './journal.ts';

export interface Reader {
  jobId: string;
  seen: JobEvent[];
  /** Whether its stream has ended. */
  ended: boolean;
}

export class Readers {
  readonly all: Reader[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #stop = new AbortController();
  readonly #urls: readonly string[];
  readonly #journal: Journal;

  constructor(urls: readonly string[], journal: Journal) {
    this.#urls = urls;
    this.#journal = journal;
  }

  follow(jobId: string, which: number): void {
    const reader: Reader = { jobId, seen: [], ended: false };
    this.all.push(reader);
    this.#running.push(this.#read(reader, this.#urls[which]!));
  }

  get open(): number {
    return this.all.filter(({ ended }) => !ended).length;
  }

  async #read(reader: Reader, url: string): Promise<void> {
    const client = connect({ url, retries: 20, signal: this.#stop.signal });
    try {
      for await (const event of client.jobs.events(reader.jobId)) reader.seen.push(event);
      reader.ended = true;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // Deleted while being read.
      if ((error as { status?: number }).status === 404) reader.ended = true;
      else this.#journal.violation(`a reader of ${reader.jobId} failed: ${error}`);
    }
  }

  /** Waits for all streams to end; those that do not in time are cut off and recorded as violations. */
  async close(withinMs: number): Promise<void> {
    const all = Promise.all(this.#running);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([all, late]);
    clearTimeout(timer);
    for (const { jobId, ended, seen } of this.all) {
      if (!ended) this.#journal.violation(`a reader of ${jobId} has no end after ${seen.length} events`);
    }
    this.#stop.abort(new Error('the run is over'));
    await all.catch(() => {});
  }
}

/** Compares what a reader saw with the whole log; for a deleted job, a prefix is enough. */
export function checkReader({ seen }: Reader, log: readonly JobEvent[], deleted: boolean): string[] {
  const expected = deleted ? log.slice(0, seen.length) : log;
  if (isDeepStrictEqual(seen, expected)) return [];
  const at = seen.findIndex((event, i) => !isDeepStrictEqual(event, expected[i]));
  const where = at === -1 ? seen.length : at;
  return [
    `a reader saw ${seen.length} of ${expected.length} events, and at ${where} ` +
      `${JSON.stringify(seen[where])} instead of ${JSON.stringify(expected[where])}`,
  ];
}
