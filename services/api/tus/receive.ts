// The body of a PATCH, committed piece by piece: what has arrived is kept, however the request ends.

import type { Readable } from 'node:stream';
import { Problem, problemOf } from '#contracts/errors.ts';
import { inPieces } from '#store/artifacts/artifact-pieces.ts';
import type { UploadRecord, UploadStore } from '#store/store.ts';

/** @throws Problem `conflict` if the upload's next byte is not at `offset` */
export function checkOffset({ id, received }: UploadRecord, offset: number): void {
  if (offset === received) return;
  const message = `the next byte of ${id} is ${received}, but this request starts at ${offset}`;
  throw problemOf('conflict', [{ param: 'upload-offset', code: 'wrong_offset', message }]);
}

/** @throws Problem `payload_too_large` if `more` bytes would exceed the upload's length */
export function checkEnd({ id, length, received }: UploadRecord, more: number): void {
  if (received + more <= length) return;
  const message = `${more} bytes from byte ${received} on exceed the upload-length of ${id}, ${length}`;
  throw problemOf('payload_too_large', [{ param: 'body', code: 'too_long', message }]);
}

/** Returns the upload as of the last piece stored. */
export async function receive(
  uploads: UploadStore,
  upload: UploadRecord,
  body: Readable,
  stop: AbortSignal,
): Promise<UploadRecord> {
  let now = upload;
  async function* arriving(): AsyncGenerator<Buffer> {
    try {
      yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    } catch {
      // The connection was lost: what arrived is stored, and nobody is left to read the reply.
    }
  }
  try {
    for await (const piece of inPieces(arriving())) {
      if (stop.aborted)
        throw new Problem('unavailable', 'the service is shutting down; continue in a moment');
      checkEnd(now, piece.length);
      const next = await uploads.append(now.id, now.received, piece);
      if (next === null) {
        const message = `another request has sent byte ${now.received} of ${now.id}, or deleted it`;
        throw problemOf('conflict', [{ param: 'upload-offset', code: 'wrong_offset', message }]);
      }
      now = next;
    }
  } finally {
    // Drain the rest even after a rejection: the connection may carry the next request.
    body.resume();
  }
  return now;
}
