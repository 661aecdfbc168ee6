// One job as it is now: the object, everything it told, and what it tells from here on. Events are gathered and shown a
// few times a second; the object is asked for again when its state changes.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transport } from '#client/client.ts';
import type { JobEvent } from '#contracts/events.ts';
import type { Job } from '#contracts/job-api.ts';
import { client, needsKey } from '../api.ts';
import { addEvent, emptyHistory, type History } from '../history.ts';

const LOG_LINES = 300;
/** Not every frame: curves of many epochs take a while to draw, and there may be many tabs. */
const SHOW_EVERY_MS = 80;

export interface FollowedJob {
  readonly job: Job | null;
  readonly history: History;
  /** The latest, newest first, without the epochs. */
  readonly log: readonly JobEvent[];
  readonly transport: Transport | null;
  readonly error: unknown;
  /** Takes what an action answered. */
  take(job: Job): void;
}

export function useJob(id: string): FollowedJob {
  const [job, setJob] = useState<Job | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [transport, setTransport] = useState<Transport | null>(null);
  const [, redraw] = useState(0);
  const told = useRef({ history: emptyHistory(), log: [] as JobEvent[] });

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    told.current = { history: emptyHistory(), log: [] };
    let shown: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      shown ??= setTimeout(() => {
        shown = null;
        redraw((n) => n + 1);
      }, SHOW_EVERY_MS);
    };
    const look = async () => setJob(await client.jobs.get(id, { signal }));
    const take = (event: JobEvent) => {
      const { history, log } = told.current;
      addEvent(history, event);
      if (event.type !== 'metrics') {
        log.unshift(event);
        log.length = Math.min(log.length, LOG_LINES);
      }
      show();
    };
    const follow = async () => {
      await look();
      const events = client.jobs.events(id, { signal, onTransport: setTransport });
      for await (const event of events) {
        take(event);
        if (event.type === 'status' || event.type === 'checkpoint' || event.type === 'done') await look();
      }
      await look();
      setTransport(null);
    };
    follow().catch((failure: unknown) => {
      if (signal.aborted) return;
      if (needsKey(failure)) dispatchEvent(new Event('epochd-key'));
      setError(failure);
    });
    // Progress between events: the object knows it.
    const timer = setInterval(() => {
      if (!document.hidden) look().catch(() => {});
    }, 2_000);
    const end = () => {
      clearInterval(timer);
      if (shown !== null) clearTimeout(shown);
    };
    signal.addEventListener('abort', end);
    return () => stop.abort();
  }, [id]);

  return { job, ...told.current, transport, error, take: setJob };
}
