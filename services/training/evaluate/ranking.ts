// Ranking metrics for two classes, as scikit-learn defines them (roc_auc_score, average_precision_score): samples with equal scores share
// a threshold.

export interface Ranking {
  /** Null if only one class occurs. */
  readonly rocAuc: number | null;
  /** Null if no sample is positive. */
  readonly averagePrecision: number | null;
}

/**
 * @param scores higher means more likely positive
 * @param positive 1 or 0 per sample
 */
export function rankingOf(scores: Float64Array, positive: Uint8Array): Ranking {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const positives = positive.reduce((sum, value) => sum + value, 0);
  const negatives = positive.length - positives;
  let found = 0;
  let wrong = 0;
  let area = 0;
  let precision = 0;
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]!]!;
    let hits = 0;
    let end = start;
    for (; end < order.length && scores[order[end]!] === score; end++) hits += positive[order[end]!]!;
    const misses = end - start - hits;
    // One trapezoid of the ROC curve: this threshold's step to the right times its mean height.
    area += misses * (found + hits / 2);
    found += hits;
    wrong += misses;
    precision += hits * (found / (found + wrong));
    start = end;
  }
  return {
    rocAuc: positives === 0 || negatives === 0 ? null : area / (positives * negatives),
    averagePrecision: positives === 0 ? null : precision / positives,
  };
}
