// Translates a job's image settings to canonical names for images/preprocess.ts.

import { augmentations } from '../augment/index.ts';
import { AUGMENTATIONS } from './aliases.ts';
import { canonicalComponent, isObject, type Kind } from './component.ts';
import type { Telling } from './telling.ts';

const AUGMENTATION: Kind = { registry: augmentations, aliases: AUGMENTATIONS, common: {} };

export function canonicalPreprocess(given: unknown, root: string, telling: Telling): unknown {
  if (!isObject(given) || !isObject(given.images) || !Array.isArray(given.images.augment)) return given;
  const augment = given.images.augment.map((each, i) =>
    canonicalComponent(AUGMENTATION, each, `${root}.images.augment[${i}]`, telling),
  );
  return { ...given, images: { ...given.images, augment } };
}
