// A trained model as a file: safetensors with torch's state_dict keys and layouts, and in its metadata all that is
// needed to use it on raw inputs: the model, what its output means, the fitted transform, the names and labels.

import { z } from 'zod';
import { RenderedModel } from '#contracts/model.ts';
import { RenderedComponent } from '#contracts/training.ts';
import { sameShape } from '#engine/shape.ts';
import { alignedView, bytesOf } from './data/table.ts';
import { Transform } from './data/transform.ts';
import { type Model, readModel } from './model.ts';
import { buffersOf, layoutOf, type NetworkLayout, networkStates } from './network.ts';
import { decodeSafetensors, encodeSafetensors, type SafeTensor } from './safetensors.ts';
import { sizeOf } from './shape.ts';

export const ModelCard = z.object({
  version: z.literal(1),
  model: RenderedModel,
  loss: RenderedComponent,
  transform: Transform,
  /** Column names in the order of the inputs; null where the model was trained on arrays. */
  features: z.array(z.string()).nullable(),
  target: z.object({ name: z.string().nullable(), labels: z.array(z.string()).nullable() }),
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
  const states: Record<string, Float32Array> = {};
  for (const part of networkStates(layout).keys()) {
    const flat = new Float32Array(layout[part].size);
    for (const { key, shape, offset } of layout[part].slots) {
      const tensor = tensors.get(key);
      if (tensor === undefined || !sameShape(tensor.shape, shape))
        throw new Error(`the artifact has no ${key}`);
      flat.set(numbersOf(tensor, key), offset);
    }
    states[part] = flat;
  }
  return { card, model, layout, states };
}

function numbersOf({ dtype, bytes }: SafeTensor, key: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(...alignedView(bytes, 4));
  if (dtype === 'I64') return Float32Array.from(new BigInt64Array(...alignedView(bytes, 8)), Number);
  throw new Error(`the artifact has ${key} as ${dtype}`);
}
