// Every layer, loss, optimizer and so on that a job may use, as the catalog lists them: derived from the definitions themselves.

import { z } from 'zod';
import type { CatalogEntry, CatalogKind } from '#contracts/catalog.ts';
import { augmentations } from '../augment/index.ts';
import { layers } from '../layers/index.ts';
import { layerKeys } from '../layers/keys.ts';
import { losses } from '../losses/index.ts';
import { metrics } from '../metrics/index.ts';
import { type ArgsShape, type Component, type Registry, schemaOf } from '../model/component.ts';
import { optimizers } from '../optimizers/index.ts';
import { schedulers } from '../schedulers/index.ts';
import { COMMON } from '../schedulers/scheduler.ts';

const entry = (type: string, help: string, posted: z.ZodType): CatalogEntry => {
  // As posted in a request: keys with a default are optional.
  const schema = z.toJSONSchema(posted, { io: 'input', unrepresentable: 'any' });
  return { object: 'component', type, help, schema };
};

const entries = (registry: Pick<Registry<Component>, 'members'>, common: ArgsShape = {}) =>
  [...registry.members.values()].map((component) =>
    entry(component.type, component.help, schemaOf(component, common)),
  );

const KINDS = {
  layers: () => entries(layers, layerKeys),
  losses: () => entries(losses),
  optimizers: () => entries(optimizers),
  schedulers: () => entries(schedulers, COMMON),
  // A metric is requested by its name alone.
  metrics: () => [...metrics.values()].map(({ name, help }) => entry(name, help, z.literal(name))),
  augmentations: () => entries(augmentations),
} satisfies Record<CatalogKind, () => CatalogEntry[]>;

const made = new Map<CatalogKind, CatalogEntry[]>();

/** Entries in registry order. */
export function catalogOf(kind: CatalogKind): CatalogEntry[] {
  const list = made.get(kind) ?? KINDS[kind]();
  made.set(kind, list);
  return list;
}
