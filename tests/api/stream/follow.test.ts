import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Store } from '#store/store.ts';
import { TUNING } from '../../../services/api/context.ts';
import { type Ending, encodeOnce, follow, type Message } from '../../../services/api/stream/follow.ts';

/** A store of one job with random delays, whose notifications may be lost or spurious. */
function fakeStore(random: () => number = () => 0) {
  const events: JobEvent[] = [];
  const wakes = new Set<() => void>();
  const delay = () => sleep(Math.floor(random() * 3));
  let status: JobStatus = 'running';
  let exists = true;
  const store = {
    events: {
      async list(_id: string, { after, limit }: { after: number; limit: number }) {
        await delay();
        const rows = events.filter(({ seq }) => seq > after).slice(0, limit);
        await delay();
        return rows;
      },
      async subscribe(_id: string, onNotify: () => void) {
        await delay();
        wakes.add(onNotify);
        return () => void wakes.delete(onNotify);
      },
    },
    jobs: {
      async get() {
        await delay();
        return exists ? { status, lastSeq: events.length, progress: { runningLoss: null } } : null;
      },
    },
  };
  return {
    store: store as unknown as Store,
    wakes,
    wake() {
      for (const wake of wakes) wake();
    },
    append(type: 'log' | 'done') {
      events.push({ object: 'job.event', seq: events.length + 1, type } as JobEvent);
      if (type === 'done') status = 'succeeded';
    },
    vanish() {
      exists = false;
      events.length = 0;
    },
  };
}

async function collect(
  stream: AsyncGenerator<readonly Message[], Ending>,
  onMessages: (m: readonly Message[]) => unknown = () => {},
) {
  const messages: Message[] = [];
  for (let step = await stream.next(); ; step = await stream.next()) {
    if (step.done) return { messages, ending: step.value };
    messages.push(...step.value);
    await onMessages(step.value);
  }
}

const seqs = (messages: readonly Message[]) =>
  messages.flatMap((m) => (m.object === 'heartbeat' ? [] : [m.seq]));
const never = new AbortController().signal;

describe('following a job', () => {
  it('ends after done, and unsubscribes', async () => {
    const fake = fakeStore();
    for (const type of ['log', 'log', 'done'] as const) fake.append(type);
    const { messages, ending } = await collect(
      follow({ store: fake.store, tuning: TUNING }, 'job', 0, never),
    );
    expect(seqs(messages)).toEqual([1, 2, 3]);
    expect(ending).toBe('done');
    expect(fake.wakes.size).toBe(0);
  });

  it('ends at once if the reader has already seen every event', async () => {
    const fake = fakeStore();
    fake.append('done');
    const { messages, ending } = await collect(
      follow({ store: fake.store, tuning: TUNING }, 'job', 1, never),
    );
    expect({ messages, ending }).toEqual({ messages: [], ending: 'done' });
  });

  it('does not lose a notification that arrives while it yields events', async () => {
    const fake = fakeStore();
    fake.append('log');
    const stream = follow({ store: fake.store, tuning: TUNING }, 'job', 0, never);
    const { messages } = await collect(stream, (batch) => {
      if (seqs(batch).includes(1)) {
        fake.append('done');
        fake.wake();
      }
    });
    expect(seqs(messages)).toEqual([1, 2]);
  });

  it('ends if the job is deleted', async () => {
    const fake = fakeStore();
    fake.append('log');
    const stream = follow({ store: fake.store, tuning: TUNING }, 'job', 0, never);
    const { ending } = await collect(stream, () => {
      fake.vanish();
      fake.wake();
    });
    expect(ending).toBe('gone');
    expect(fake.wakes.size).toBe(0);
  });

  it('stops waiting and unsubscribes when its reader disconnects', async () => {
    const fake = fakeStore();
    fake.append('log');
    const reader = new AbortController();
    const stream = follow({ store: fake.store, tuning: TUNING }, 'job', 0, reader.signal);
    const { ending } = await collect(stream, () => setTimeout(() => reader.abort(), 5));
    expect(ending).toBe('stopped');
    expect(fake.wakes.size).toBe(0);
  });

  it('picks up events without a notification by the next heartbeat', async () => {
    const fake = fakeStore();
    fake.append('log');
    const tuning = { ...TUNING, heartbeatMs: 20 };
    const { messages } = await collect(follow({ store: fake.store, tuning }, 'job', 0, never), (batch) => {
      if (seqs(batch).includes(1)) setTimeout(() => fake.append('done'), 5);
    });
    expect(seqs(messages)).toEqual([1, 2]);
    expect(messages).toContainEqual({ object: 'heartbeat', job_id: 'job', last_seq: 1 });
  });

  it('misses and repeats nothing, whatever the interleaving', async () => {
    await Promise.all(
      Array.from({ length: 100 }, async (_, seed) => {
        // Seeded, so that a failure can be reproduced.
        let state = seed + 1;
        const random = () => {
          state = (state * 48271) % 2147483647;
          return state / 2147483647;
        };
        const fake = fakeStore(random);
        const reading = collect(
          follow({ store: fake.store, tuning: { ...TUNING, heartbeatMs: 60_000 } }, 'job', 0, never),
          () => sleep(Math.floor(random() * 3)),
        );
        const count = 1 + Math.floor(random() * 30);
        for (let i = 0; i < count; i++) {
          fake.append('log');
          fake.wake();
          if (random() < 0.5) await sleep(Math.floor(random() * 4));
          if (random() < 0.2) fake.wake();
        }
        fake.append('done');
        fake.wake();
        const { messages } = await reading;
        expect(seqs(messages), `seed ${seed}`).toEqual(Array.from({ length: count + 1 }, (_, i) => i + 1));
      }),
    );
  });
});

describe('many readers of one job', () => {
  it('that start at the same event share the encoded backlog, even if they connect at different times', async () => {
    const fake = fakeStore();
    for (let i = 0; i < 100; i++) fake.append('log');
    const frameOf = encodeOnce((message) => JSON.stringify(message));
    const first = async () => {
      const stop = new AbortController();
      const stream = follow({ store: fake.store, tuning: TUNING }, 'job', 0, stop.signal);
      const { value } = await stream.next();
      return { stop, frames: (value as readonly Message[]).map(frameOf) };
    };
    const one = await first();
    const other = await first();
    expect(one.frames.length).toBeGreaterThan(1);
    for (const [i, frame] of one.frames.entries()) expect(other.frames[i]).toBe(frame);
    for (const { stop } of [one, other]) stop.abort();
  });

  it('share one subscription and one query per notification, and each gets every event once', async () => {
    const fake = fakeStore(() => Math.random());
    let asked = 0;
    const { list } = fake.store.events;
    fake.store.events.list = (...args) => {
      asked++;
      return list(...args);
    };
    for (let i = 0; i < 3; i++) fake.append('log');
    const readers = Array.from({ length: 200 }, (_, i) =>
      collect(follow({ store: fake.store, tuning: TUNING }, 'job', i % 4, never)),
    );
    await sleep(50);
    expect(fake.wakes.size).toBe(1);
    const before = asked;
    for (let i = 0; i < 20; i++) {
      fake.append('log');
      fake.wake();
      await sleep(5);
    }
    fake.append('done');
    fake.wake();
    const all = await Promise.all(readers);
    all.forEach(({ messages, ending }, i) => {
      expect(ending).toBe('done');
      expect(seqs(messages)).toEqual(Array.from({ length: 24 - (i % 4) }, (_, k) => k + 1 + (i % 4)));
    });
    expect(asked - before).toBeLessThan(60);
    expect(fake.wakes.size).toBe(0);
  });

  it("all get a failed query's error, and later readers work again", async () => {
    const fake = fakeStore();
    fake.append('log');
    const parts = { store: fake.store, tuning: TUNING };
    const [first, second] = [follow(parts, 'job', 0, never), follow(parts, 'job', 0, never)];
    for (const reader of [first, second]) expect((await reader.next()).value).toHaveLength(1);
    const { list } = fake.store.events;
    fake.store.events.list = () => Promise.reject(new Error('the database is away'));
    const waiting = [first.next(), second.next()];
    fake.wake();
    for (const reader of waiting) await expect(reader).rejects.toThrow('away');
    fake.store.events.list = list;
    fake.append('done');
    const { messages } = await collect(follow(parts, 'job', 1, never));
    expect(seqs(messages)).toEqual([2]);
    expect(fake.wakes.size).toBe(0);
  });
});
