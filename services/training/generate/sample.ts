// Samples the next token from a network's logits. A pure function of the logits, the request's settings and a number in [0, 1), in
// doubles.

export interface Sampling {
  /** Divides the logits; 0 always takes the most likely token. */
  readonly temperature: number;
  /** Sample only from this many of the most likely tokens; null for all. */
  readonly top_k: number | null;
  /**
   * Sample only from the most likely tokens that together reach this probability (Holtzman et al., "The curious case of neural text
   * degeneration", 2020).
   */
  readonly top_p: number;
}

export interface Likely {
  readonly token: number;
  readonly probability: number;
}

/** softmax(logits / temperature) over the allowed tokens, in their order. */
export function probabilitiesOf(logits: Float32Array, allowed: Int32Array, temperature: number): Likely[] {
  let highest = Number.NEGATIVE_INFINITY;
  for (const token of allowed) if (logits[token]! > highest) highest = logits[token]!;
  const weights = Float64Array.from(allowed, (token) => Math.exp((logits[token]! - highest) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from(allowed, (token, i) => ({ token, probability: weights[i]! / total }));
}

/** Ties: lower token first. */
export function likeliestFirst(all: readonly Likely[]): Likely[] {
  return all.toSorted((a, b) => b.probability - a.probability || a.token - b.token);
}

/**
 * @param logits without NaN
 * @param drawn in [0, 1)
 */
export function nextToken(logits: Float32Array, allowed: Int32Array, how: Sampling, drawn: number): number {
  const { temperature, top_k, top_p } = how;
  if (temperature === 0) {
    return allowed.reduce((best, token) => (logits[token]! > logits[best]! ? token : best), allowed[0]!);
  }
  const all = probabilitiesOf(logits, allowed, temperature);
  if (top_k === null && top_p === 1) return drawFrom(all, drawn);
  const kept = likeliestFirst(all).slice(0, top_k ?? all.length);
  const share = top_p * kept.reduce((sum, { probability }) => sum + probability, 0);
  // Up to and including the token that reaches the share; at least one.
  let [count, reached] = [0, 0];
  while (count < kept.length && (count === 0 || reached < share)) reached += kept[count++]!.probability;
  return drawFrom(kept.slice(0, count), drawn);
}

function drawFrom(kept: readonly Likely[], drawn: number): number {
  let left = drawn * kept.reduce((sum, { probability }) => sum + probability, 0);
  for (const { token, probability } of kept) {
    left -= probability;
    if (left < 0) return token;
  }
  // Rounding may leave a remainder.
  return kept.findLast(({ probability }) => probability > 0)!.token;
}
