// Layers, losses, optimizers and schedulers as schemas, generated from the training module's registries: each with its arguments and their
// defaults, or just its name if every argument has a default.

import { z } from 'zod';
import { augmentations } from '#training/augment/index.ts';
import { layers } from '#training/layers/index.ts';
import { layerKeys } from '#training/layers/keys.ts';
import { losses } from '#training/losses/index.ts';
import { type ArgsShape, type Component, type Registry, schemaOf } from '#training/model/component.ts';
import { optimizers } from '#training/optimizers/index.ts';
import { schedulers } from '#training/schedulers/index.ts';
import { COMMON } from '#training/schedulers/scheduler.ts';

/** Names a schema in the document. */
export type Named = <T extends z.ZodType>(id: string, schema: T) => T;

function isComplete(definition: Component): boolean {
  return schemaOf(definition).safeParse({ type: definition.type }).success;
}

/** Objects discriminated by `type`, or the bare type name if every argument has a default. */
function requestOf(
  kind: string,
  registry: Registry<Component>,
  named: Named,
  common: ArgsShape = {},
): z.ZodType {
  const members = [...registry.members.values()];
  const objects = members.map((member) => named(member.type, schemaOf(member, common).describe(member.help)));
  const bare = members.filter(isComplete).map((member) => member.type);
  const object = named(`${kind}Object`, z.xor(objects));
  if (bare.length === 0) return object;
  const name = named(
    `${kind}Name`,
    z.enum(bare as [string, ...string[]]).describe('Including every default'),
  );
  return z.xor([object, name]);
}

export const augmentationRequest = (named: Named) => requestOf('Augmentation', augmentations, named);
export const layerRequest = (named: Named) => requestOf('Layer', layers, named, layerKeys);
export const lossRequest = (named: Named) => requestOf('Loss', losses, named);
export const optimizerRequest = (named: Named) => requestOf('Optimizer', optimizers, named);
export const schedulerRequest = (named: Named) => requestOf('Scheduler', schedulers, named, COMMON);
