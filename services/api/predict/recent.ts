// Which model a job has, remembered for a moment: asking the database for every prediction would cost more than the
// prediction. A finished job's model does not change; that it was deleted by another API process is known a moment later.

const KEPT_MS = 1_000;
const MOST = 10_000;

export interface RecentModels {
  /** The artifact of the job's model, by `find` where it is not known. What `find` throws is not remembered. */
  of(jobId: string, find: () => Promise<string>): Promise<string>;
  /** No job has this model any more. */
  forget(artifactId: string): void;
}

export function openRecentModels(now: () => number = () => performance.now()): RecentModels {
  const known = new Map<string, { artifact: string; until: number }>();
  return {
    async of(jobId, find) {
      const found = known.get(jobId);
      if (found !== undefined && now() < found.until) return found.artifact;
      const artifact = await find();
      if (known.size >= MOST) known.clear();
      known.set(jobId, { artifact, until: now() + KEPT_MS });
      return artifact;
    },
    forget(artifactId) {
      for (const [job, { artifact }] of known) if (artifact === artifactId) known.delete(job);
    },
  };
}
