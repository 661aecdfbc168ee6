// Transformations of inputs and targets before the network sees them, as requested and with every default filled in.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import {
  InputPreprocess,
  PreprocessParts,
  type RenderedPreprocess,
  type RenderedTraining,
} from '#contracts/training/training.ts';
import { imagesIn, readImagesPreprocess } from '../images/preprocess.ts';
import type { Loss } from '../losses/loss.ts';
import type { Read } from '../model/component.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../model/recipe.ts';
import { columnsIn, readColumns } from './column-preprocess.ts';
import type { Pieces } from './fits.ts';

/** Validated elsewhere: columns in column-preprocess.ts, a series in series/asked.ts. */
const Parts = PreprocessParts.extend({
  columns: z.unknown().optional(),
  series: z.unknown().optional(),
  images: z.unknown().optional(),
  tokens: z.unknown().optional(),
});

/** A null piece has been refused already; columns are checked beforehand. */
export function readPreprocess(given: unknown, pieces: Pieces): Read<RenderedPreprocess> {
  const short = typeof given === 'string';
  const parsed = short ? InputPreprocess.safeParse(given) : Parts.safeParse(given ?? {});
  if (!parsed.success) {
    const schema = short ? InputPreprocess : Parts;
    return { details: detailsOf(parsed.error, schema, 'preprocess'), value: null };
  }
  const asked = parsed.data;
  const { inputs, target = 'auto' } =
    typeof asked === 'string' ? { inputs: asked, target: asked === 'none' ? 'none' : 'auto' } : asked;
  const { model, training, info } = pieces;
  const details: Detail[] = [];
  for (const key of ['tokens', 'context', 'stride', 'max_length'] as const) {
    if (typeof asked === 'string' || asked[key] === undefined) continue;
    const message =
      'applies to text, which the dataset does not contain: a .txt file, or a column of type "text"';
    details.push({ param: `preprocess.${key}`, code: 'does_not_fit', message });
  }
  if (model?.inputType === 'int32' && (inputs ?? 'none') !== 'none') {
    const message = `token ids (model.input.dtype "int32") are not preprocessed: use "none", not "${inputs}"`;
    details.push({ param: short ? 'preprocess' : 'preprocess.inputs', code: 'does_not_fit', message });
  }
  if (model?.inputType === 'int32' && imagesIn(given) !== undefined) {
    const message = 'token ids (model.input.dtype "int32") are not images';
    details.push({ param: 'preprocess.images', code: 'does_not_fit', message });
  }
  details.push(...checkTarget(target, training));
  if (details.length > 0 || model === null || training === null || info === null) {
    return { details, value: null };
  }
  const kept = inputs ?? (model.inputType === 'float32' ? usually(info) : 'none');
  const images = readImagesPreprocess(imagesIn(given), info, kept);
  if (images.details.length > 0) return { details: images.details, value: null };
  const { series } = pieces;
  const columns = series ? series.rendered(kept) : readColumns(columnsIn(given), info, kept).value;
  return {
    details,
    value: {
      inputs: kept,
      ...(columns !== undefined && columns !== null && { columns }),
      ...(images.value && { images: images.value }),
      ...(series && { series: series.series }),
      target: targetOf(target, model, training),
    },
  };
}

type Asked = 'auto' | RenderedPreprocess['target'];

function checkTarget(target: Asked, training: Recipe | null): Detail[] {
  if (target !== 'standardize' || training === null || training.loss.definition.task === 'numbers') return [];
  const message = `targets of ${training.loss.definition.type} are not quantities: use "none" or "auto"`;
  return [{ param: 'preprocess.target', code: 'does_not_fit', message }];
}

function targetOf(target: Asked, model: Model, training: Recipe): RenderedPreprocess['target'] {
  return target === 'auto' ? automatic(model, training) : target;
}

/** The same for a job that learns from text, whose inputs have been read already. */
export function withTarget(
  preprocess: RenderedPreprocess,
  target: Asked | undefined,
  { model, training }: Pieces,
): Read<RenderedPreprocess> {
  if (target === undefined) return { details: [], value: preprocess };
  const details = checkTarget(target, training);
  if (details.length > 0 || model === null || training === null) return { details, value: null };
  return { details, value: { ...preprocess, target: targetOf(target, model, training) } };
}

/** Columns of a table may be on any scale; bytes in two or more dimensions are an image. */
function usually({ features, input_dtype, input_shape }: DatasetInfo): RenderedPreprocess['inputs'] {
  if (features !== null) return 'standardize';
  return input_dtype === 'uint8' && input_shape.length >= 2 ? 'scale' : 'none';
}

function automatic(model: Model, { loss, rendered }: Recipe): RenderedPreprocess['target'] {
  if (loss.definition.task !== 'numbers') return 'none';
  return isBounded(model) || hasUnits(loss.definition, rendered) ? 'none' : 'standardize';
}

/** Whether the last layers bound the output: then the model itself determines the scale of its targets. */
function isBounded({ layers }: Model): boolean {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  for (let at = layers.at(-1); at !== undefined; at = byName.get(at.inputs[0]!)) {
    if (at.layer.bounded) return true;
    // Look through layers that only move values or drop some.
    if (at.parameters.length > 0 || at.layer.joins) return false;
  }
  return false;
}

/** Whether an argument in the targets' own units was set, such as HuberLoss' delta. */
function hasUnits({ inUnits = [], args }: Loss, { loss }: RenderedTraining): boolean {
  return inUnits.some((name) => loss[name] !== args[name]!.parse(undefined));
}
