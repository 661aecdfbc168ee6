// Generates points.csv: two classes of points in ten dimensions, one inside a noisy shell, the other outside it. They are not linearly
// separable, but a small network separates them. Running it again (`npx node examples/quickstart/make-points.ts`) gives the same file.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { random } from '../data/random.ts';

const ROWS = 1_000;
const FEATURES = 10;
/** The number of features that determine the class; the others are noise that the network has to learn to ignore. */
const DECIDING = 4;

export function makePoints(): string {
  const { uniform, normal } = random(42);
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
