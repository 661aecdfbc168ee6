// "Did you mean …?": the known name nearest to the one that was given.

import { distance } from 'fastest-levenshtein';

/** The nearest of `known` to `given`, ignoring case, or null where none is near enough to be meant. */
export function nearest(given: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(given.length / 2)) + 1;
  for (const name of known) {
    const d = distance(given.toLowerCase(), name.toLowerCase());
    if (d < bestDistance) {
      best = name;
      bestDistance = d;
    }
  }
  return best;
}

/** The tail of an error message about an unknown name. */
export function didYouMean(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === null ? `known: ${known.join(', ')}` : `did you mean "${near}"?`;
}
