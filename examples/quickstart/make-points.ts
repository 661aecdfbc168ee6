// Made points.csv: two classes of points in ten dimensions, one inside a noisy shell, the other outside it. No straight
// line parts them, a small network does. Run it again (`npx node examples/quickstart/make-points.ts`): the same file.

import { writeFileSync } from 'node:fs';
import path from 'node:path';

const ROWS = 1_000;
const FEATURES = 10;
/** The features that decide; the others are noise that the network has to learn to ignore. */
const DECIDING = 4;

/** Mulberry32: small, seeded, good enough for an example. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function makePoints(): string {
  const uniform = generator(42);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const lines = [[...Array.from({ length: FEATURES }, (_, i) => `x${i + 1}`), 'side'].join(',')];
  for (let row = 0; row < ROWS; row++) {
    const inside = uniform() < 0.5;
    const point = Array.from({ length: FEATURES }, normal);
    const length = Math.hypot(...point.slice(0, DECIDING));
    const radius = (inside ? 1 : 2.5) + 0.3 * normal();
    const cells = point.map((x, i) => (i < DECIDING ? (x / length) * radius : x).toFixed(3));
    lines.push([...cells, inside ? 'inside' : 'outside'].join(','));
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) writeFileSync(path.join(import.meta.dirname, 'points.csv'), makePoints());
