// Hook that follows one job: the job itself, its past events, and live updates. Events are batched and rendered a few times a second; the
// job is reloaded when its status changes.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Transport } from '#client/client.ts';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client, needsKey } from '../api.ts';
import { addEvent, emptyHistory, type History } from '../history.ts';
import { loadHistory } from './load-history.ts';

const LOG_LINES = 300;
/** Past events to replay for the log. The curves, downsampled by the service, are loaded separately. */
const REPLAYED = 500;
/** A longer curve is loaded again, downsampled. */
const MOST_POINTS = 4_000;
/** Less often than every frame: long curves take a while to draw, and many tabs may be open. */
const SHOW_EVERY_MS = 80;

export interface FollowedJob {
  readonly job: Job | null;
  readonly history: History;
  /** Latest events, newest first, without the epochs. */
  readonly log: readonly JobEvent[];
  readonly transport: Transport | null;
  readonly error: unknown;
  /** Replaces the job by the result of an action. */
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
    const look = async () => {
      const job = await client.jobs.get(id, { signal });
      setJob(job);
      return job;
    };
    /** The curves already include events up to this one. */
    let known = 0;
    const loadCurves = async () => {
      const { last_seq } = await look();
      const history = await loadHistory(id, signal);
      const { attempts, checkpoints, confusion } = told.current.history;
      told.current.history = { ...history, attempts, checkpoints, confusion, lastSeq: last_seq };
      known = last_seq;
      show();
    };
    const take = (event: JobEvent) => {
      const { history, log } = told.current;
      if (event.type !== 'metrics' || event.seq > known) addEvent(history, event);
      else history.confusion = event.data.confusion_matrix ?? history.confusion;
      if (event.type !== 'metrics') {
        log.unshift(event);
        log.length = Math.min(log.length, LOG_LINES);
      }
      show();
    };
    const follow = async () => {
      await loadCurves();
      const events = client.jobs.events(id, {
        after: Math.max(0, known - REPLAYED),
        signal,
        onTransport: setTransport,
        onProgress: (progress) => setJob((now) => (now === null ? now : { ...now, progress })),
      });
      for await (const event of events) {
        take(event);
        // A service that shuts down sends its last events and then stops answering. The stream reconnects by itself, and the job is fetched
        // again then.
        if (event.type === 'status' || event.type === 'checkpoint' || event.type === 'done')
          await look().catch(() => {});
      }
      await look();
      setTransport(null);
    };
    follow().catch((failure: unknown) => {
      if (signal.aborted) return;
      if (needsKey(failure)) dispatchEvent(new Event('epochd-key'));
      setError(failure);
    });
    // Progress between events comes from the job itself.
    const timer = setInterval(() => {
      const long = told.current.history.epochs.length > MOST_POINTS;
      if (!document.hidden) (long ? loadCurves() : look()).catch(() => {});
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
