// A trained model as a file: safetensors with torch's state_dict keys and layouts; its metadata has everything needed to use it on raw
// inputs: the model, the meaning of its output, the fitted transform, names and labels.

import { z } from 'zod';
import { Column } from '#contracts/datasets/dataset.ts';
import { ImageForm } from '#contracts/datasets/image-data.ts';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import { RenderedModel } from '#contracts/training/model.ts';
import { TargetColumns } from '#contracts/training/targets.ts';
import { RenderedComponent } from '#contracts/training/training.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import { Seen } from '../data/columns/seen.ts';
import { bytesOf } from '../data/table.ts';
import { TargetScale } from '../data/target-scale.ts';
import { Transform } from '../data/transform.ts';
import { inRawValues } from '../earlier-cards.ts';
import { type Model, readModel } from '../model/model.ts';
import { buffersOf, layoutOf, type NetworkLayout, networkStates } from '../model/network.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
  type SafetensorsHeader,
} from '../model/safetensors.ts';
import { sizeOf } from '../model/shape.ts';
import { numbersOf } from '../model/tensor-numbers.ts';
import { loadWeights, tensorInfosOf } from '../model/weights.ts';
import { SeriesCard } from '../series/card.ts';
import { ColumnCard } from '../text/column-card.ts';
import { LanguageCard } from '../text/language-card.ts';

export const ModelCard = z.object({
  version: z.literal(1),
  model: RenderedModel,
  loss: RenderedComponent,
  transform: Transform,
  /** Column names in input order; null if the model was trained on arrays. */
  features: z.array(z.string()).nullable(),
  /** How to read the columns of a record, if any may be other than numeric. */
  columns: z.array(Column).optional(),
  /** How to preprocess image files, if the model was trained on images. */
  images: ImageForm.optional(),
  /** Set for a language model. */
  text: LanguageCard.optional(),
  /** Set for a model trained on a text column. */
  column: ColumnCard.optional(),
  /** Ranges that training saw in the inputs; absent from models of earlier versions. */
  seen: Seen.optional(),
  /** Set if the inputs are windows of a time series. */
  series: SeriesCard.optional(),
  target: z.object({
    name: z.string().nullable(),
    labels: z.array(z.string()).nullable(),
    columns: TargetColumns,
    /** Converts the network's outputs to the data's units; absent if they already are in those units. */
    scale: TargetScale.optional(),
  }),
});
export type ModelCard = z.infer<typeof ModelCard>;

export function encodeArtifact(
  card: ModelCard,
  model: Model,
  layout: NetworkLayout,
  states: Readonly<Record<string, Float32Array>>,
): Uint8Array {
  const tensors = stateDict(model, layout, states);
  return encodeSafetensors(
    tensors,
    new Map([
      ['format', 'pt'],
      ['epochd', JSON.stringify(card)],
    ]),
  );
}

/** torch's state_dict: keys, shapes, layouts and dtypes. */
function stateDict(
  model: Model,
  layout: NetworkLayout,
  states: Readonly<Record<string, Float32Array>>,
): Map<string, SafeTensor> {
  const stored = new Map(buffersOf(model).map((buffer) => [buffer.key, buffer.stored]));
  const tensors = new Map<string, SafeTensor>();
  // Layer by layer, parameters before buffers, the order of torch's state_dict.
  const order = model.layers.flatMap(({ name, parameters, buffers }) =>
    [...parameters, ...buffers].map(({ key }) => `${name}.${key}`),
  );
  const slots = new Map(
    (['theta', 'buffers'] as const).flatMap((part) =>
      layout[part].slots.map((slot) => [slot.key, { ...slot, values: states[part]! }] as const),
    ),
  );
  for (const key of order) {
    const { shape, offset, values } = slots.get(key)!;
    const own = values.subarray(offset, offset + sizeOf(shape));
    if (stored.get(key) === 'I64') {
      tensors.set(key, {
        dtype: 'I64',
        shape,
        bytes: new Uint8Array(BigInt64Array.from(own, (x) => BigInt(x)).buffer),
      });
    } else tensors.set(key, { dtype: 'F32', shape, bytes: bytesOf(own) });
  }
  return tensors;
}

export interface Artifact {
  readonly card: ModelCard;
  readonly model: Model;
  readonly layout: NetworkLayout;
  /** theta, and buffers if the network has any. */
  readonly states: Record<string, Float32Array>;
}

/** Metadata key in a checkpoint: the card of the model that its weights form. */
export const CHECKPOINT_MODEL = 'epochd-model';
/** Key prefixes of the states in a checkpoint; each state is one flat vector, as in the engine. */
export const CHECKPOINT_STATES = { last: 'states.', best: 'best.' } as const satisfies Record<Which, string>;

/**
 * Reads the output of `encodeArtifact`, or the last or best weights of a checkpoint.
 * @throws Error if the file is neither; that is a bug here, not a user error.
 */
export function decodeArtifact(bytes: Uint8Array, which: Which = 'last'): Artifact {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const inCheckpoint = metadata.get(CHECKPOINT_MODEL);
  const card = inRawValues(ModelCard.parse(JSON.parse(inCheckpoint ?? metadata.get('epochd') ?? 'null')));
  const model = readModel(card.model, 'model').value;
  if (model === null) throw new Error('the model of the artifact cannot be built');
  const layout = layoutOf(model);
  const states =
    inCheckpoint === undefined
      ? loadWeights(layout, tensors)
      : checkpointStates(layout, tensors, CHECKPOINT_STATES[which]);
  return { card, model, layout, states };
}

function checkpointStates(
  layout: NetworkLayout,
  tensors: ReadonlyMap<string, SafeTensor>,
  prefix: string,
): Record<string, Float32Array> {
  const states: Record<string, Float32Array> = {};
  for (const [name, size] of networkStates(layout)) {
    const tensor = tensors.get(prefix + name);
    const values = tensor === undefined ? null : numbersOf(tensor);
    if (values?.length !== size) throw new Error(`the checkpoint has no ${prefix}${name} of ${size} numbers`);
    states[name] = values;
  }
  return states;
}

/** The tensors that `modelFileOf` would return, from the file's header alone. */
export function tensorsIn({ tensors, metadata }: SafetensorsHeader, which: Which): TensorInfo[] {
  const card = metadata.get(CHECKPOINT_MODEL);
  if (card === undefined) {
    return Array.from(tensors, ([key, { dtype, shape }]) => ({ key, dtype, shape: [...shape] }));
  }
  if (!tensors.has(`${CHECKPOINT_STATES[which]}theta`))
    throw new Error(`the checkpoint has no ${which} weights`);
  const model = readModel(ModelCard.parse(JSON.parse(card)).model, 'model').value;
  if (model === null) throw new Error('the model of the checkpoint cannot be built');
  return tensorInfosOf(model);
}

/** Whether a file is a checkpoint, judged by its first bytes; unrecognized content is not one. */
export function isCheckpoint(head: Uint8Array): boolean {
  const header = new TextDecoder().decode(head.subarray(0, 2 ** 20));
  return header.slice(8).startsWith('{') && header.includes(`"${CHECKPOINT_MODEL}"`);
}

/** The weights of a model file or a checkpoint as a file with torch's keys, like `encodeArtifact`. */
export function modelFileOf(bytes: Uint8Array, which: Which): Uint8Array {
  const { card, model, layout, states } = decodeArtifact(bytes, which);
  return encodeArtifact(card, model, layout, states);
}
