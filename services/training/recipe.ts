// How to train, as a request says it: loss and optimizer found in their registries, every default filled in, the
// metrics those that mean something for the loss.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import { type RenderedTraining, TrainingRequest } from '#contracts/training.ts';
import { type Named, type Read, readComponent, refuseAt } from './component.ts';
import { losses } from './losses/index.ts';
import type { Loss } from './losses/loss.ts';
import { metrics } from './metrics/index.ts';
import { optimizers } from './optimizers/index.ts';
import type { Optimizer } from './optimizers/optimizer.ts';

export interface Recipe {
  readonly rendered: RenderedTraining;
  readonly loss: Named<Loss>;
  readonly optimizer: Named<Optimizer>;
}

const TrainingFrame = TrainingRequest.extend({
  loss: z.unknown().optional(),
  optimizer: z.unknown().default('Adam'),
});

export function readRecipe(input: unknown, root = 'training'): Read<Recipe> {
  const details: Detail[] = [];
  const frame = TrainingFrame.safeParse(input);
  if (!frame.success) details.push(...detailsOf(frame.error, TrainingRequest, root));
  if (typeof input !== 'object' || input === null) return { details, value: null };

  const given = input as { loss?: unknown; optimizer?: unknown };
  if (given.loss === undefined) {
    details.push({ param: `${root}.loss`, code: 'missing', message: 'what to minimise must be named' });
  }
  const loss = given.loss === undefined ? null : readComponent(losses, given.loss, `${root}.loss`);
  details.push(...(loss?.details ?? []));
  const optimizer = readComponent(optimizers, given.optimizer ?? 'Adam', `${root}.optimizer`);
  details.push(...optimizer.details);
  const { definition, args } = optimizer.value ?? {};
  if (args !== undefined) definition?.check?.(args, refuseAt(details, `${root}.optimizer`));

  if (!frame.success || !loss?.value || !optimizer.value) return { details, value: null };
  const { task, type } = loss.value.definition;
  const meaningful = [...metrics.values()]
    .filter((metric) => metric.tasks.includes(task))
    .map(({ name }) => name);
  for (const [i, name] of frame.data.metrics?.entries() ?? []) {
    if (meaningful.includes(name)) continue;
    const message = `${name} means nothing for the outputs of ${type}`;
    details.push({ param: `${root}.metrics[${i}]`, code: 'does_not_fit', message });
  }
  const rendered: RenderedTraining = {
    ...frame.data,
    loss: { type, ...loss.value.args },
    optimizer: { type: optimizer.value.definition.type, ...optimizer.value.args },
    metrics: [...new Set(frame.data.metrics ?? (meaningful as RenderedTraining['metrics']))],
  };
  return { details, value: { rendered, loss: loss.value, optimizer: optimizer.value } };
}
