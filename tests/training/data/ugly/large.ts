// Reads a large file, generated on the fly, in a process with a small heap: `node large.ts csv|jsonl MiB`.

import { readCsv } from '#training/data/formats/csv.ts';
import { readJson } from '#training/data/formats/json.ts';

const [kind, mib] = process.argv.slice(2);
const csv = kind === 'csv';

/** Unique text, numbers with gaps, few categories. */
const line = (i: number) => {
  const [name, x, colour] = [
    `customer number ${i} of many`,
    i % 11 === 0 ? null : i / 7,
    ['red', 'blue'][i % 2]!,
  ];
  return csv
    ? `${name},${x ?? ''},${colour},${i % 3}\n`
    : `${JSON.stringify({ name, x, colour, y: i % 3 })}\n`;
};

async function* file() {
  if (csv) yield Buffer.from('name,x,colour,y\n');
  for (let i = 0, bytes = 0; bytes < Number(mib) * 2 ** 20; ) {
    const piece = Buffer.from(Array.from({ length: 1_000 }, () => line(i++)).join(''));
    bytes += piece.length;
    yield piece;
  }
}

const { info } = csv ? await readCsv(file(), {}) : await readJson(file, {});
console.log(JSON.stringify({ samples: info.samples, types: info.columns!.map(({ type }) => type) }));
