// All augmentations that a job may use. To add one: its file, and its line here.

import { registry } from '../model/component.ts';
import { ColorJitter } from './color-jitter.ts';
import { RandomHorizontalFlip, RandomVerticalFlip } from './flips.ts';
import { RandomCrop } from './random-crop.ts';
import { RandomErasing } from './random-erasing.ts';
import { RandomResizedCrop } from './random-resized-crop.ts';
import { RandomRotation } from './random-rotation.ts';

export const augmentations = registry('augmentation', [
  RandomHorizontalFlip,
  RandomVerticalFlip,
  RandomCrop,
  RandomResizedCrop,
  RandomRotation,
  ColorJitter,
  RandomErasing,
]);
