// The datasets of a run: a table, a text, a series, images. All are generated, small, and the same each time.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '#client/client.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import { png, zip } from '../training/images/archives.ts';

export const TALE = 'the cat sat on the mat, and the dog sat on the log.\n'.repeat(40);

/** A slow wave with a linear trend. */
export const DAYS = Array.from({ length: 160 }, (_, day) => ({
  day,
  sold: Math.round(100 + day / 4 + 20 * Math.sin(day / 9)),
}));

/** Dark above and light below, or the reverse. */
const striped = (dark: boolean, i: number) =>
  png(12, 12, (x, y) => (y < 6 === dark ? 20 + ((x + i) % 7) : 200 + ((x * i) % 11)));

const stripes = () =>
  zip(
    Object.fromEntries(
      Array.from({ length: 48 }, (_, i) => [`${i % 2 ? 'night' : 'day'}/${i}.png`, striped(i % 2 === 1, i)]),
    ),
  );

export type Datasets = Readonly<Record<'points' | 'tale' | 'days' | 'stripes', Dataset>>;

export async function uploadDatasets({ datasets }: Client): Promise<Datasets> {
  const points = await readFile(path.resolve('examples/quickstart/points.csv'));
  const days = ['day,sold', ...DAYS.map(({ day, sold }) => `${day},${sold}`)].join('\n');
  return {
    points: await datasets.upload({ file: new Blob([points]), fileName: 'points.csv', target: 'side' }),
    tale: await datasets.upload({ file: new Blob([TALE]), fileName: 'tale.txt' }),
    days: await datasets.upload({ file: new Blob([days]), fileName: 'days.csv', target: 'sold' }),
    stripes: await datasets.upload({ file: new Blob([new Uint8Array(stripes())]), fileName: 'stripes.zip' }),
  };
}
