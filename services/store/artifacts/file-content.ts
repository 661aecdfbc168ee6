// A file as the content of an artifact.

import { createReadStream } from 'node:fs';
import { PIECE_BYTES } from './artifact-pieces.ts';

/**
 * Opens the file on the first read. So content that is never stored reads nothing, and cannot crash the process: a stream that nobody reads
 * emits its `error` without a listener once the file is gone.
 */
export async function* fileContent(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path, { highWaterMark: PIECE_BYTES });
}
