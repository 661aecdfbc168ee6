// A table of texts with two classes, and jobs that learn from it.

import { readCsv } from '#training/data/formats/csv.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { bytesOf, piecesOf } from './text-job.ts';

const GOOD = ['lovely', 'great', 'wonderful', 'charming'];
const BAD = ['dull', 'awful', 'boring', 'terrible'];
const THINGS = ['film', 'book', 'song', 'play', 'story'];

/** A CSV of distinct opinions, whose adjective decides the class. */
export function opinions(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const good = i % 2 === 0;
    const word = (good ? GOOD : BAD)[(i >> 1) % 4]!;
    const more = ' really'.repeat(i % 3);
    return `"A${more} ${word} ${THINGS[i % 5]} number ${i}, I would say",${good ? 'good' : 'bad'}`;
  });
  return `opinion,verdict\n${rows.join('\n')}\n`;
}

export const csvOf = (text: string, choice: object = {}) => readCsv(piecesOf(bytesOf(text)), choice);

export const layers = [
  { type: 'Embedding', embedding_dim: 8 },
  { type: 'GRU', hidden_size: 8 },
  { type: 'Linear' },
];

/** @param held datasets to hold out, by id */
export async function jobOf(table: StoredTable, change: object = {}, held: Record<string, StoredTable> = {}) {
  return validateJob(
    {
      model: { layers },
      dataset: 'own',
      training: { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 8 },
      ...change,
    },
    async (id) => (id === 'own' ? table.info : (held[id]?.info ?? null)),
  );
}
