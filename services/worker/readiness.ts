// Whether a worker takes jobs: it has recently found queue and rows consistent, and is not shutting down.

/** Well above the worker's interval of a few seconds between checks. */
const STALE_MS = 30_000;

export interface Readiness {
  /** Queue and rows were found consistent. */
  agreed(): void;
  stopping(): void;
  /** The reason it takes no jobs; null if it does. */
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
      if (stops) return 'the worker is shutting down';
      if (agreedAt === null) return 'waiting for the database and the queue';
      const silent = now() - agreedAt;
      if (silent <= STALE_MS) return null;
      return `the database or the queue has not answered for ${Math.round(silent / 1000)} s`;
    },
  };
}
