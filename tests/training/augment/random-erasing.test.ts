// RandomErasing against the rectangles worked out by hand.

import { expect, it } from 'vitest';
import { augmented, rows } from './augmented.ts';

it('RandomErasing fills one rectangle of the given area and aspect ratio', () => {
  const step = { type: 'RandomErasing', p: 1, scale: [0.24, 0.24], ratio: [1.5, 1.5], value: [7, 8] };
  const places = new Set<number>();
  for (const row of rows) {
    const image = augmented(step, [2, 10, 10], new Array(200).fill(0), { row });
    // 24 of 100 pixels, height by width 1.5: 6 × 4.
    const painted = image.slice(0, 100).flatMap((value, i) => (value === 7 ? [i] : []));
    const top = painted[0]!;
    places.add(top);
    const wanted = Array.from({ length: 24 }, (_, i) => top + 10 * Math.floor(i / 4) + (i % 4));
    expect(painted).toEqual(wanted);
    expect(image.slice(100)).toEqual(image.slice(0, 100).map((value) => (value === 7 ? 8 : 0)));
  }
  // It can start in 5 rows and 7 columns.
  expect(places.size).toBeGreaterThan(30);
  expect(augmented({ ...step, p: 0 }, [2, 1, 2], [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
});
