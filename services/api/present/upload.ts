// An upload record in the API's form.

import type { FileUpload } from '#contracts/datasets/upload.ts';
import type { UploadRecord } from '#store/store.ts';

export function presentUpload({ id, length, received, createdAt, expiresAt }: UploadRecord): FileUpload {
  return {
    id,
    object: 'upload',
    length,
    offset: received,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  };
}
