// Image datasets in the API: how an upload is decoded, and what the dataset object reports of it.

import { z } from 'zod';

export const ImageFit = z.enum(['cover', 'contain', 'stretch']);
export type ImageFit = z.infer<typeof ImageFit>;
export const ImageChannels = z.enum(['grey', 'rgb']);
export type ImageChannels = z.infer<typeof ImageChannels>;
export const ImageBackground = z.enum(['white', 'black']);
export type ImageBackground = z.infer<typeof ImageBackground>;

/** Upload fields that determine how images are converted. */
export const imageFields = {
  size: z
    .string()
    .regex(/^\d{1,5}(x\d{1,5})?$/, { error: 'must be one number, or WIDTHxHEIGHT as in 96x64' })
    .optional()
    .describe(
      'Images: the size to resize to, 64 or WIDTHxHEIGHT; if omitted, their common size, or a square of the median of their shorter sides, at most 128',
    ),
  fit: ImageFit.optional().describe(
    'Images of another shape: cover (the default) crops to the center, contain pads with the background, stretch changes the proportions',
  ),
  channels: ImageChannels.optional().describe('Images: by default grey only if all are'),
  background: ImageBackground.optional().describe(
    'Images: background for transparent pixels and for the padding of contain; white if omitted',
  ),
  corrupt: z
    .enum(['refuse', 'skip'])
    .optional()
    .describe(
      'Unreadable images: refuse (the default) rejects the upload and lists them all, skip leaves them out',
    ),
};

/** The form that every image is converted to, including those sent to predict. */
export const ImageForm = z.object({
  width: z.number().int(),
  height: z.number().int(),
  channels: ImageChannels,
  fit: ImageFit,
  background: ImageBackground,
});
export type ImageForm = z.infer<typeof ImageForm>;

export const ImageInfo = ImageForm.extend({
  formats: z.record(z.string(), z.number().int()).describe('Number of files per format'),
  sizes: z
    .array(z.object({ width: z.number().int(), height: z.number().int(), count: z.number().int() }))
    .describe('Original image sizes, most frequent first, at most 20'),
  different_sizes: z.number().int(),
  class_counts: z
    .array(z.number().int())
    .nullable()
    .describe('Number of images per class, in the order of target.labels; null if targets are numbers'),
  skipped: z.number().int().describe('Unreadable files that were skipped'),
});
export type ImageInfo = z.infer<typeof ImageInfo>;
