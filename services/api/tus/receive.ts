// The body of a PATCH, committed piece by piece: what has arrived is kept, however the request ends.

import type { Readable } from 'node:stream';
import { Problem, problemOf } from '#contracts/errors.ts';
import { inPieces } from '#store/artifacts/artifact-pieces.ts';
import type { UploadRecord, UploadStore } from '#store/store.ts';

/** @throws Problem `conflict` where the next byte of the upload is another one */
export function checkOffset({ id, received }: UploadRecord, offset: number): void {
  if (offset === received) return;
  const message = `the next byte of ${id} is ${received}, this request begins at ${offset}`;
  throw problemOf('conflict', [{ param: 'upload-offset', code: 'wrong_offset', message }]);
}

/** @throws Problem `payload_too_large` where so many bytes more are beyond the end of the file */
export function checkEnd({ id, length, received }: UploadRecord, more: number): void {
  if (received + more <= length) return;
  const message = `${more} bytes from byte ${received} on are beyond the end of ${id}, whose upload-length is ${length}`;
  throw problemOf('payload_too_large', [{ param: 'body', code: 'too_long', message }]);
}

/** The upload after the last piece that was stored. */
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
      // Cut off: what is here is stored, and nobody reads the reply.
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
    // What is refused half-way is read to its end all the same: the next request may come on this connection.
    body.resume();
  }
  return now;
}
