// A table in its stored form, ready for the store: from memory, or from the file that another process wrote.

import { fileContent } from '#store/artifacts/file-content.ts';
import { encodeTable, type ReadTable } from '#training/data/table.ts';
import type { ParsedTable } from '../offload/protocol.ts';

export function storedForm({ table }: Pick<ReadTable, 'table'> | Pick<ParsedTable, 'table'>) {
  return 'path' in table ? fileContent(table.path) : encodeTable(table);
}
