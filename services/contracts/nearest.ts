// "Did you mean …?": the known name closest to a given one.

import { distance } from 'fastest-levenshtein';

/** The name in `known` nearest to `given`, ignoring case, or null if none is near enough to have been meant. */
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

/** Nobody reads a longer list of names. */
const LISTED = 12;
const NEAREST = 3;

/**
 * The tail of an error message about an unknown name.
 * @param all where to find all the names, if there are too many for a message
 */
export function didYouMean(given: string, known: readonly string[], all?: string): string {
  const near = nearest(given, known);
  if (near !== null) return `did you mean "${near}"?`;
  if (known.length <= LISTED) return `known: ${known.join(', ')}`;
  const close = byDistance(given, known).slice(0, NEAREST).join(', ');
  return `the nearest are ${close}${all === undefined ? ` of ${known.length}` : `; all of them: ${all}`}`;
}

/** Nearest first; names that contain the given one, or are contained in it, count as near. */
function byDistance(given: string, known: readonly string[]): string[] {
  const wanted = given.toLowerCase();
  const rank = (name: string) => {
    const lower = name.toLowerCase();
    const within = wanted.length > 2 && (lower.includes(wanted) || wanted.includes(lower));
    return distance(wanted, lower) - (within ? 100 : 0);
  };
  return known
    .map((name) => ({ name, rank: rank(name) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
}
