// A resumable upload, and the request that makes a dataset of it.

import { z } from 'zod';
import { UploadFields } from './dataset.ts';

export const FileUpload = z.object({
  id: z.string(),
  object: z.literal('upload'),
  length: z.number().int().describe('Bytes of the whole file'),
  offset: z.number().int().describe('Bytes received so far'),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime().describe('24 hours after the last piece arrived'),
});
export type FileUpload = z.infer<typeof FileUpload>;

export const UploadDataset = UploadFields.extend({
  upload: z.string().max(100).describe('Id of a complete upload (POST /uploads)'),
}).describe('A dataset from an upload, which is deleted when the dataset has been created');
export type UploadDataset = z.infer<typeof UploadDataset>;
