// The request rate of a key: a token bucket per key, refilled steadily, with a capacity of one second. Each API process counts for itself,
// in memory, so counting costs nothing.

const MOST = 10_000;
/** Tenths are inexact in binary: a smaller shortfall is a rounding error. */
const ROUNDING = 1e-6;

export interface RateLimit {
  /** Takes one token from the key's bucket: returns 0, or the milliseconds until one is available. */
  take(keyId: string, perSecond: number): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

export function openRateLimit(now: () => number = () => performance.now(), most = MOST): RateLimit {
  const buckets = new Map<string, Bucket>();
  return {
    take(keyId, perSecond) {
      const size = Math.max(1, perSecond);
      const bucket = buckets.get(keyId) ?? { tokens: size, at: now() };
      bucket.tokens = Math.min(size, bucket.tokens + ((now() - bucket.at) / 1_000) * perSecond);
      bucket.at = now();
      // Keeps the map in order of last use, so that the bucket evicted is the one that has been full longest.
      buckets.delete(keyId);
      if (buckets.size >= most) buckets.delete(buckets.keys().next().value as string);
      buckets.set(keyId, bucket);
      const missing = 1 - bucket.tokens;
      if (missing > ROUNDING) return Math.max(1, Math.ceil((missing / perSecond) * 1_000 - ROUNDING));
      bucket.tokens -= 1;
      return 0;
    },
  };
}
