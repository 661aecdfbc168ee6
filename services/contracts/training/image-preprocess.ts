// Preprocessing of image inputs, [channels, height, width]: preprocess.images.

import { z } from 'zod';
import { Component } from './model.ts';

const perChannel = z.array(z.number()).min(1).max(1_000);

export const ChannelStats = z.strictObject({
  mean: perChannel.describe('Mean of each channel'),
  std: z
    .array(z.number().gt(0, { error: 'must be above 0' }))
    .min(1)
    .max(1_000)
    .describe('Standard deviation of each channel'),
});
export type ChannelStats = z.infer<typeof ChannelStats>;

/** The statistics that torchvision's models expect, for images in 0 … 1. */
export const IMAGENET: ChannelStats = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Per job. */
export const MOST_AUGMENTATIONS = 20;

export const ImagesPreprocess = z.strictObject({
  normalize: z
    .union([z.enum(['imagenet', 'fitted']), ChannelStats])
    .nullable()
    .default(null)
    .describe(
      '(x − mean) / std of each channel, after bytes are scaled to 0 … 1: as given, "imagenet" (those of torchvision\'s models), or "fitted" on the training rows; predict does the same',
    ),
  augment: z
    .array(Component)
    .max(MOST_AUGMENTATIONS)
    .default([])
    .describe(
      'Random changes to the training rows only, applied in order and drawn anew in every epoch; see /catalog/augmentations',
    ),
});
export type ImagesPreprocess = z.infer<typeof ImagesPreprocess>;

export const RenderedImages = z.object({
  normalize: z.union([z.literal('fitted'), ChannelStats]).nullable(),
  augment: z.array(z.looseObject({ type: z.string() })),
});
export type RenderedImages = z.infer<typeof RenderedImages>;
