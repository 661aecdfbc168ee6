// A thread that reads the rows of the next window from the files of a job's table while the program trains on the current one. It ends
// with the job.

import { Worker } from 'node:worker_threads';
import type { Filler } from '../data/rows/job-table.ts';
import { type RowForm, rowBytes, type Window, windowOf } from '../data/rows/row-form.ts';
import type { TableFiles } from '../data/rows/table-file.ts';
import type { Asked, Filled, ReaderData } from './reader.ts';

const PROGRAM = new URL('./reader.ts', import.meta.url);

export function readAhead(files: TableFiles, form: RowForm, most: number): Filler {
  const buffer = new SharedArrayBuffer(most * rowBytes(form));
  const thread = new Worker(PROGRAM, { workerData: { files, form, buffer } satisfies ReaderData });
  /** Pending requests, oldest first. */
  const asked: { rows: number; filled: PromiseWithResolvers<Window> }[] = [];
  let over: Error | null = null;
  const end = (error: Error) => {
    over ??= error;
    for (const { filled } of asked.splice(0)) filled.reject(over);
  };
  thread.on('message', ({ failed }: Filled) => {
    const { rows, filled } = asked.shift()!;
    if (failed === null) filled.resolve(windowOf(form, rows, buffer));
    else filled.reject(new Error(failed));
  });
  thread.on('error', end);
  thread.on('exit', () => end(new Error('the thread that reads the table has ended')));
  return {
    fill(rows, epoch) {
      const filled = Promise.withResolvers<Window>();
      if (over !== null) return Promise.reject(over);
      asked.push({ rows: rows.length, filled });
      thread.postMessage({ rows: rows.slice(), epoch } satisfies Asked);
      return filled.promise;
    },
    async close() {
      await thread.terminate();
    },
  };
}
