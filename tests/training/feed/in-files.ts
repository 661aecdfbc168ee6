// A job's table in files of its own, for tests of reading from them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TableFiles } from '#training/data/rows/table-file.ts';
import { encodeTable, type StoredTable } from '#training/data/table.ts';

export interface InFiles extends AsyncDisposable {
  readonly files: TableFiles;
}

export async function inFiles(
  own: StoredTable,
  held: { readonly validation?: StoredTable; readonly test?: StoredTable } = {},
): Promise<InFiles> {
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-test-'));
  const written = async (name: string, table: StoredTable) => {
    const file = path.join(dir, `${name}.safetensors`);
    await writeFile(file, encodeTable(table));
    return file;
  };
  return {
    files: {
      own: await written('table', own),
      held: {
        ...(held.validation && { validation: await written('validation', held.validation) }),
        ...(held.test && { test: await written('test', held.test) }),
      },
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  };
}
