// A trained model as a file: safetensors with torch's state_dict keys and layouts, and in its metadata all that is
// needed to use it on raw inputs: the model, what its output means, the fitted transform, the names and labels.

import { z } from 'zod';
import { RenderedModel } from '#contracts/model.ts';
import { RenderedComponent } from '#contracts/training.ts';
import { Seen } from './data/seen.ts';
import { bytesOf } from './data/table.ts';
import { TargetScale } from './data/target-scale.ts';
import { Transform } from './data/transform.ts';
import { type Model, readModel } from './model.ts';
import { buffersOf, layoutOf, type NetworkLayout } from './network.ts';
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from './safetensors.ts';
import { sizeOf } from './shape.ts';
import { loadWeights } from './weights.ts';

export const ModelCard = z.object({
  version: z.literal(1),
  model: RenderedModel,
  loss: RenderedComponent,
  transform: Transform,
  /** Column names in the order of the inputs; null where the model was trained on arrays. */
  features: z.array(z.string()).nullable(),
  /** What training saw of the inputs; models of earlier versions do not say. */
  seen: Seen.optional(),
  target: z.object({
    name: z.string().nullable(),
    labels: z.array(z.string()).nullable(),
    /** Takes the network's outputs to the units of the data; left out where they are in those. */
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
  // Layer by layer, parameters before buffers: the order in which torch lists them.
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
  /** theta, and buffers where there are any. */
  readonly states: Record<string, Float32Array>;
}

/** Reads what `encodeArtifact` wrote. @throws Error where the bytes are something else: then it is our mistake. */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const card = ModelCard.parse(JSON.parse(metadata.get('epochd') ?? 'null'));
  const model = readModel(card.model, 'model').value;
  if (model === null) throw new Error('the model of the artifact cannot be built');
  const layout = layoutOf(model);
  return { card, model, layout, states: loadWeights(layout, tensors) };
}
