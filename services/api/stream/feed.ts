// What all readers of a job share in this process: one subscription, one query per notification, and the newest events in memory. Readers
// further behind get earlier events in pages, and readers of the same page share it: many readers that never read cost the memory of a few
// pages.

import type { JobEvent } from '#contracts/jobs/events.ts';
import type { JobRecord, TenantStore } from '#store/store.ts';

/** Per query. */
const PAGE_BYTES = 64 * 1024;
/** Per query, and the number of newest events kept in memory. */
const PAGE_EVENTS = 256;
/** Minimum limit of a query. */
const FEW_EVENTS = 16;

export type FeedStore = Pick<TenantStore, 'events' | 'jobs'>;

export interface Feed {
  /** The known events after the cursor; null if some of them are no longer in memory. */
  after(cursor: number): readonly JobEvent[] | null;
  /** One page of events after the cursor, from the database; empty if there are none or the job was deleted. */
  page(cursor: number): Promise<readonly JobEvent[]>;
  /** The job as of the last of these events; null if it was deleted. */
  job(): JobRecord | null;
  /** Queries without a notification, in case one was lost, unless there was a query within the last `ms` milliseconds. */
  look(ms: number): void;
  leave(): void;
}

/** By store, since a tenant's store cannot reach other tenants' jobs. */
const open = new WeakMap<FeedStore, Map<string, SharedFeed>>();

/** `onChange` is called when there are new events, or when there will be no more. The caller must call `leave`. */
export async function joinFeed(store: FeedStore, jobId: string, onChange: () => void): Promise<Feed> {
  const feeds = open.get(store) ?? new Map<string, SharedFeed>();
  open.set(store, feeds);
  let shared = feeds.get(jobId);
  if (shared === undefined) {
    const mine = new SharedFeed(store, jobId, () => {
      if (feeds.get(jobId) === mine) feeds.delete(jobId);
    });
    shared = mine;
    feeds.set(jobId, shared);
  }
  return shared.join(onChange);
}

class SharedFeed {
  readonly #readers = new Set<() => void>();
  readonly #opened: Promise<void>;
  #unsubscribe = () => {};
  #events: JobEvent[] = [];
  /** Page queries in progress, by the cursor that they start after. */
  readonly #pagesRead = new Map<number, Promise<readonly JobEvent[]>>();
  /** Pages that are still being sent to some reader. Events are immutable, so a page never becomes stale. */
  readonly #pages = new Map<number, WeakRef<readonly JobEvent[]>>();
  readonly #unused = new FinalizationRegistry<number>((cursor) => {
    if (this.#pages.get(cursor)?.deref() === undefined) this.#pages.delete(cursor);
  });
  /** The seq of the newest known event, which is the last one in memory, if any are. */
  #last = 0;
  #job: JobRecord | null = null;
  #failure: { error: unknown } | null = null;
  #reading = false;
  #again = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** Limit of the next query: about as many events as fit into a page, since the database examines the size of each. */
  #limit = 4 * FEW_EVENTS;
  readonly #store: FeedStore;
  readonly #jobId: string;
  readonly #onClose: () => void;

  constructor(store: FeedStore, jobId: string, onClose: () => void) {
    this.#store = store;
    this.#jobId = jobId;
    this.#onClose = onClose;
    this.#opened = this.#open();
    this.#opened.catch(() => this.#close());
  }

  async join(onChange: () => void): Promise<Feed> {
    // Unique to this reader, even if the same function is passed twice.
    const mine = () => onChange();
    this.#readers.add(mine);
    const leave = () => {
      this.#readers.delete(mine);
      if (this.#readers.size === 0) this.#close();
    };
    try {
      await this.#opened;
    } catch (error) {
      leave();
      throw error;
    }
    return {
      after: (cursor) => this.#after(cursor),
      page: (cursor) => this.#page(cursor),
      job: () => this.#known(),
      look: (ms) => {
        if (performance.now() - this.#lookedAt > ms) void this.#read();
      },
      leave,
    };
  }

  async #open(): Promise<void> {
    this.#unsubscribe = await this.#store.events.subscribe(this.#jobId, () => void this.#read());
    this.#job = await this.#store.jobs.get(this.#jobId);
    this.#last = Math.max(this.#last, this.#job?.lastSeq ?? 0);
  }

  #close(): void {
    this.#onClose();
    this.#unsubscribe();
  }

  #after(cursor: number): readonly JobEvent[] | null {
    if (this.#failure !== null) throw this.#failure.error;
    if (cursor >= this.#last) return [];
    const from = cursor - (this.#last - this.#events.length);
    return from < 0 ? null : this.#events.slice(from);
  }

  async #page(cursor: number): Promise<readonly JobEvent[]> {
    const known = this.#pages.get(cursor)?.deref();
    if (known !== undefined) return known;
    const reading = this.#pagesRead.get(cursor) ?? this.#list(cursor);
    this.#pagesRead.set(cursor, reading);
    try {
      const page = await reading;
      // An empty page is only valid at the moment it was read.
      if (page.length > 0 && this.#pages.get(cursor)?.deref() !== page) {
        this.#pages.set(cursor, new WeakRef(page));
        this.#unused.register(page, cursor);
      }
      return page;
    } finally {
      if (this.#pagesRead.get(cursor) === reading) this.#pagesRead.delete(cursor);
    }
  }

  async #list(after: number): Promise<readonly JobEvent[]> {
    const page = { after, limit: this.#limit, bytes: PAGE_BYTES };
    const events = await this.#store.events.list(this.#jobId, page);
    this.#limit = Math.min(PAGE_EVENTS, Math.max(FEW_EVENTS, 2 * events.length));
    return events;
  }

  #known(): JobRecord | null {
    if (this.#failure !== null) throw this.#failure.error;
    return this.#job;
  }

  /** One run at a time; a notification during a run triggers another round. */
  async #read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      await this.#opened;
      while (this.#again && this.#readers.size > 0) {
        this.#again = false;
        this.#lookedAt = performance.now();
        await this.#catchUp();
      }
    } catch (error) {
      // All current readers get the error; the next one to join starts afresh.
      this.#failure = { error };
      this.#close();
    }
    this.#reading = false;
    this.#tell();
  }

  async #catchUp(): Promise<void> {
    for (;;) {
      const events = await this.#list(this.#last);
      if (events.length > 0) {
        this.#events = [...this.#events, ...events].slice(-PAGE_EVENTS);
        this.#last = events.at(-1)!.seq;
        this.#tell();
      }
      const job = await this.#store.jobs.get(this.#jobId);
      this.#job = job;
      if (job === null || job.lastSeq <= this.#last) return this.#tell();
      // Events were appended between the two queries.
    }
  }

  #tell(): void {
    for (const onChange of this.#readers) onChange();
  }
}
