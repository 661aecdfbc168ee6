// A dataset that the service fetches itself, where its configuration allows that.

import { z } from 'zod';
import { UploadFields } from './dataset.ts';

export const UrlDataset = UploadFields.extend({
  url: z
    .string()
    .min(1)
    .max(2_000)
    .describe('http:// or https://; the file that an upload would have in its field "file"'),
}).describe('A dataset by the URL of its file, which the service fetches: DATASET_URLS of its configuration');
export type UrlDataset = z.infer<typeof UrlDataset>;
