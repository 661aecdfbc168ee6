// Images as a dataset, on the wire: how an upload says what they become, and what is told of them.

import { z } from 'zod';

export const ImageFit = z.enum(['cover', 'contain', 'stretch']);
export type ImageFit = z.infer<typeof ImageFit>;
export const ImageChannels = z.enum(['grey', 'rgb']);
export type ImageChannels = z.infer<typeof ImageChannels>;
export const ImageBackground = z.enum(['white', 'black']);
export type ImageBackground = z.infer<typeof ImageBackground>;

/** Fields of an upload that say what its images become. */
export const imageFields = {
  size: z
    .string()
    .regex(/^\d{1,5}(x\d{1,5})?$/, { error: 'must be one number, or WIDTHxHEIGHT as in 96x64' })
    .optional()
    .describe(
      'Images: what all are resized to, 64 or WIDTHxHEIGHT; where left out the size that all have, or a square of the median of their shorter sides, at most 128',
    ),
  fit: ImageFit.optional().describe(
    'Images of another shape: cover (where left out) cuts off what is beyond the centre, contain pads with the background, stretch changes the proportions',
  ),
  channels: ImageChannels.optional().describe('Images: grey only where all are, unless this says it'),
  background: ImageBackground.optional().describe(
    'Images: what is seen through transparent pixels, and what contain pads with; white where left out',
  ),
  corrupt: z
    .enum(['refuse', 'skip'])
    .optional()
    .describe('Images that cannot be read: refuse (where left out) names them all, skip leaves them out'),
};

/** What every image becomes; what predict does to the images that it is sent. */
export const ImageForm = z.object({
  width: z.number().int(),
  height: z.number().int(),
  channels: ImageChannels,
  fit: ImageFit,
  background: ImageBackground,
});
export type ImageForm = z.infer<typeof ImageForm>;

export const ImageInfo = ImageForm.extend({
  formats: z.record(z.string(), z.number().int()).describe('How many files are of which format'),
  sizes: z
    .array(z.object({ width: z.number().int(), height: z.number().int(), count: z.number().int() }))
    .describe('Sizes of the files as they were, the most frequent first, at most 20'),
  different_sizes: z.number().int(),
  class_counts: z
    .array(z.number().int())
    .nullable()
    .describe('Images of each class, in the order of target.labels; null where targets are numbers'),
  skipped: z.number().int().describe('Files that could not be read and were left out'),
});
export type ImageInfo = z.infer<typeof ImageInfo>;
