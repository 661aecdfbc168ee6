// Translates a job's image settings to canonical names for images/preprocess.ts.

import { augmentations } from '../augment/index.ts';
import { AUGMENTATIONS } from './aliases.ts';
import { canonicalComponent, isObject, type Kind } from './component.ts';
import type { Interpretations } from './interpretations.ts';

const AUGMENTATION: Kind = { registry: augmentations, aliases: AUGMENTATIONS, common: {} };

export function canonicalPreprocess(given: unknown, root: string, interpretations: Interpretations): unknown {
  if (!isObject(given) || !isObject(given.images) || !Array.isArray(given.images.augment)) return given;
  const augment = given.images.augment.map((each, i) =>
    canonicalComponent(AUGMENTATION, each, `${root}.images.augment[${i}]`, interpretations),
  );
  return { ...given, images: { ...given.images, augment } };
}
