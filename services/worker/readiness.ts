// Whether a worker takes jobs: it has found queue and rows in agreement a short while ago, and is not about to stop.

/** A worker checks every few seconds. */
const STALE_MS = 30_000;

export interface Readiness {
  /** Queue and rows were found in agreement. */
  agreed(): void;
  /** It is about to stop. */
  stopping(): void;
  /** Null where it takes jobs. */
  whyNot(): string | null;
}

export function openReadiness(now: () => number = () => performance.now()): Readiness {
  let agreedAt: number | null = null;
  let stops = false;
  return {
    agreed() {
      agreedAt = now();
    },
    stopping() {
      stops = true;
    },
    whyNot() {
      if (stops) return 'the worker is about to stop';
      if (agreedAt === null) return 'waiting for the database and the queue';
      const silent = now() - agreedAt;
      if (silent <= STALE_MS) return null;
      return `the database or the queue has not answered for ${Math.round(silent / 1000)} s`;
    },
  };
}
