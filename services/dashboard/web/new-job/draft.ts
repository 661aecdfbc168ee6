// A job being written: a request as JSON, any part of which may be invalid or missing.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';

export interface Component {
  type: string;
  [argument: string]: unknown;
}

export interface Draft {
  name?: string;
  model: {
    name?: string;
    input: { shape: number[]; dtype?: string };
    layers: Component[];
    [key: string]: unknown;
  };
  dataset: unknown;
  training: { loss: Component; optimizer: Component; scheduler?: Component | null; [key: string]: unknown };
  [key: string]: unknown;
}

const component = (given: unknown): Component =>
  typeof given === 'string' ? { type: given } : ((given ?? { type: '' }) as Component);

/** Turns bare names into objects, so that every component is edited the same way. */
export function draftOf(request: NewJob): Draft {
  const { model, training, ...rest } = request as unknown as Draft;
  const { loss, optimizer, scheduler } = training;
  return {
    ...rest,
    model: { ...model, layers: model.layers.map(component) },
    training: {
      ...training,
      loss: component(loss),
      optimizer: component(optimizer ?? 'Adam'),
      scheduler: scheduler === null || scheduler === undefined ? null : component(scheduler),
    },
  };
}

/** A small network that fits the dataset, as a starting point. */
export function draftFor(dataset: Dataset): Draft {
  const { target, input_shape: shape, input_range: range } = dataset;
  const classes =
    target.kind === 'classes' ||
    (target.shape.length === 0 && target.integral && (target.max ?? 0) < Math.min(100, dataset.samples / 4));
  const outputs = classes
    ? (target.labels?.length ?? (target.max ?? 0) + 1)
    : Math.max(1, product(target.shape));
  const hidden = [{ type: 'Linear', out_features: 64 }, { type: 'ReLU' }];
  const body = [...(shape.length > 1 ? [{ type: 'Flatten' }] : []), ...hidden, ...hidden];
  return {
    name: dataset.name ?? 'job',
    model: {
      input: { shape },
      layers: [...body.map((layer) => ({ ...layer })), { type: 'Linear', out_features: outputs }],
    },
    dataset: dataset.id,
    training: {
      loss: { type: classes ? 'CrossEntropyLoss' : 'MSELoss' },
      optimizer: { type: 'Adam', lr: 0.001 },
      scheduler: null,
      epochs: 20,
      batch_size: dataset.samples < 2_000 ? 16 : 64,
      ...(dataset.split === undefined ? { validation: { fraction: 0.2 } } : {}), // else as marked in the dataset
      ...(classes && outputs <= 30 ? { metrics: ['accuracy', 'confusion_matrix'] } : {}),
    },
    ...(dataset.source === 'csv' || Math.max(-range.min, range.max) < 20
      ? {}
      : { preprocess: 'standardize' }),
  };
}

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);

/** The problems at a path and, if `deep`, below it. */
export function problemAt(details: readonly Detail[], path: string, deep = false): string | undefined {
  const found = details.filter(
    ({ param }) => param === path || (deep && (param.startsWith(`${path}.`) || param.startsWith(`${path}[`))),
  );
  return found.length === 0 ? undefined : found.map(({ message }) => message).join('; ');
}

/** Merges the problems found by several checks, without duplicates. */
export function together(...found: readonly (readonly Detail[])[]): readonly Detail[] {
  return [...new Map(found.flat().map((it) => [`${it.param} ${it.message}`, it])).values()];
}

/** Paths for which the form has a field that shows the problem. */
const SHOWN =
  /^(name|dataset|seed|device|preprocess|metadata|model\.(layers\[|input))|^training\.(epochs|batch_size|clip_grad_norm|clip_grad_value|accumulate_steps|max_seconds|loss|optimizer|scheduler|validation|test|validation_split|early_stopping|metrics)\b/;

/** Problems that no field of the form shows. */
export const elsewhere = (details: readonly Detail[]): readonly Detail[] =>
  details.filter(({ param }) => !SHOWN.test(param));
