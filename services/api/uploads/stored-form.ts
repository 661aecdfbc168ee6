// A table in its stored form, ready for the store: from memory, or from the file that another process wrote.

import { createReadStream } from 'node:fs';
import { encodeTable, type ReadTable } from '#training/data/table.ts';
import type { ParsedTable } from '../offload/protocol.ts';

const PIECE_BYTES = 2 ** 20;

export function storedForm({ table }: Pick<ReadTable, 'table'> | Pick<ParsedTable, 'table'>) {
  if (!('path' in table)) return encodeTable(table);
  return readLazily(table.path);
}

/** Opens the file on the first read: a stream that nobody reads would emit its `error` without a listener once the file is gone. */
async function* readLazily(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES });
}
