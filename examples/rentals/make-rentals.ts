// Generates rentals.csv, the table of docs/walk.md: flats and their rents, with the text, empty cells and useless column of a real-world
// table. The rents follow the rule below. Running it again (`npx node examples/rentals/make-rentals.ts`) gives the same file.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { random } from '../data/random.ts';

const ROWS = 800;
/** Rent per square meter, by district. */
const DISTRICTS = { Harbour: 17, 'Old town': 19, North: 13, West: 15, Hills: 14 } as const;
const NAMES = Object.keys(DISTRICTS) as (keyof typeof DISTRICTS)[];

export function makeRentals(): string {
  const { uniform, normal } = random(7);
  const lines = ['listing,district,square_metres,rooms,floor,built,balcony,rent'];
  for (let row = 0; row < ROWS; row++) {
    const district = NAMES[Math.floor(NAMES.length * uniform())]!;
    const size = Math.round(25 + 95 * uniform() ** 1.5);
    const rooms = Math.max(1, Math.round(size / 28 + 0.5 * normal()));
    const floor = Math.floor(9 * uniform());
    const built = Math.round(1900 + 122 * uniform());
    const balcony = uniform() < 0.6;
    // Old and new houses are popular, those in between are cheaper. Higher floors cost more.
    const age = 90 * Math.abs((built - 1960) / 60) ** 2;
    const rent = 80 + DISTRICTS[district] * size + (balcony ? 45 : 0) + 6 * floor + age + 35 * normal();
    const cells = [20_000 + row, district, size, rooms, uniform() < 0.08 ? '' : floor, built];
    lines.push([...cells, balcony ? 'yes' : 'no', Math.round(rent)].join(','));
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) writeFileSync(path.join(import.meta.dirname, 'rentals.csv'), makeRentals());
