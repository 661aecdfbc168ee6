// A dataset that the service downloads itself, if its configuration allows that.

import { z } from 'zod';
import { UploadFields } from './dataset.ts';

export const UrlDataset = UploadFields.extend({
  url: z
    .string()
    .min(1)
    .max(2_000)
    .describe('http:// or https:// URL of the file that an upload would send in its field "file"'),
}).describe(
  'A dataset by the URL of its file, which the service fetches if its configuration (DATASET_URLS) allows',
);
export type UrlDataset = z.infer<typeof UrlDataset>;
