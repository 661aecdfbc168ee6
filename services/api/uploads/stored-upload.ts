// A finished resumable upload as a file, like one from a form.

import { Readable } from 'node:stream';
import { type ErrorCode, problemOf } from '#contracts/errors.ts';
import { ID_PREFIX, isId } from '#contracts/ids.ts';
import type { TenantStore } from '#store/store.ts';
import { readMetadata } from '../tus/metadata.ts';
import { type UploadedFile, type UploadFolders, withBody } from './upload.ts';

/** Passes a copy of the upload to `use`; the copy is always removed afterwards, and the upload is kept. @throws Problem */
export async function withStoredUpload<T>(
  scratch: UploadFolders,
  { uploads }: TenantStore,
  id: string,
  maxBytes: number,
  use: (file: UploadedFile) => Promise<T>,
): Promise<T> {
  const refuse = (status: ErrorCode, code: string, message: string) =>
    problemOf(status, [{ param: 'upload', code, message }]);
  const upload = isId('upload', id) ? await uploads.get(id) : null;
  if (upload === null)
    throw refuse('not_found', 'not_found', `there is no upload "${id}" (${ID_PREFIX.upload}…)`);
  const { length, received, metadata } = upload;
  if (received < length)
    throw refuse(
      'conflict',
      'unfinished',
      `${received} of ${length} bytes have arrived; send the rest first`,
    );
  const said = metadata === null ? null : readMetadata(metadata);
  const bytes = Readable.from(uploads.read(id), { highWaterMark: 1 });
  return withBody(scratch, bytes, maxBytes, (file) =>
    use({ ...file, filename: said?.get('filename') ?? null, type: said?.get('filetype') ?? null }),
  );
}
