// Which model a job has, remembered for a moment: asking the database for every prediction would cost more than the
// prediction. A finished job's model does not change; that it was deleted by another API process is known a moment later.

import type { WeightsSource } from '../lookup.ts';

const KEPT_MS = 1_000;
const MOST = 10_000;

export interface RecentModels {
  /** What `key` answers from, by `find` where it is not known. What `find` throws is not remembered. */
  of(key: string, find: () => Promise<WeightsSource>): Promise<WeightsSource>;
  /** No job has this model any more. */
  forget(artifactId: string): void;
}

export function openRecentModels(now: () => number = () => performance.now()): RecentModels {
  const known = new Map<string, { source: WeightsSource; until: number }>();
  return {
    async of(key, find) {
      const found = known.get(key);
      if (found !== undefined && now() < found.until) return found.source;
      const source = await find();
      if (known.size >= MOST) known.clear();
      known.set(key, { source, until: now() + KEPT_MS });
      return source;
    },
    forget(artifactId) {
      for (const [key, { source }] of known) if (source.artifact === artifactId) known.delete(key);
    },
  };
}
