// Remembers for a moment which model a job has: querying the database for every prediction would cost more than the prediction. A finished
// job's model does not change; its deletion by another API process is noticed a moment later. An entry in use is refreshed before it
// expires, so no prediction waits for the query.

import type { WeightsSource } from '../lookup.ts';

const KEPT_MS = 1_000;
const REFRESH_MS = KEPT_MS / 2;
const MOST = 10_000;

export interface RecentModels {
  /** The weights for `key`, calling `find` if they are not cached. Errors thrown by `find` are not cached. */
  of(key: string, find: () => Promise<WeightsSource>): Promise<WeightsSource>;
  /** To be called when an artifact is deleted. */
  forget(artifactId: string): void;
}

interface Known {
  source: Promise<WeightsSource>;
  /** Null until `source` resolves. */
  artifact: string | null;
  askedAt: number;
  refreshing: boolean;
}

export function openRecentModels(now: () => number = () => performance.now()): RecentModels {
  const known = new Map<string, Known>();

  const ask = (find: () => Promise<WeightsSource>): Known => {
    const asked: Known = { source: find(), artifact: null, askedAt: now(), refreshing: false };
    asked.source.then(
      ({ artifact }) => {
        asked.artifact = artifact;
      },
      () => {},
    );
    return asked;
  };
  const refresh = (key: string, entry: Known, find: () => Promise<WeightsSource>) => {
    entry.refreshing = true;
    const next = ask(find);
    next.source.then(
      () => {
        // Unless it was forgotten in the meantime.
        if (known.get(key) === entry) known.set(key, next);
      },
      // Ignored: once the entry expires, the next caller queries again and gets the error.
      () => {},
    );
  };

  return {
    of(key, find) {
      const entry = known.get(key);
      const age = entry === undefined ? Number.POSITIVE_INFINITY : now() - entry.askedAt;
      if (entry !== undefined && age < KEPT_MS) {
        if (age >= REFRESH_MS && !entry.refreshing) refresh(key, entry, find);
        return entry.source;
      }
      const asked = ask(find);
      known.delete(key);
      if (known.size >= MOST) known.delete(known.keys().next().value as string);
      known.set(key, asked);
      asked.source.catch(() => {
        if (known.get(key) === asked) known.delete(key);
      });
      return asked.source;
    },
    forget(artifactId) {
      for (const [key, { artifact }] of known) {
        if (artifact === artifactId || artifact === null) known.delete(key);
      }
    },
  };
}
