// A trained model as a file: safetensors with torch's state_dict keys and layouts, and in its metadata all that is
// needed to use it on raw inputs: the model, what its output means, the fitted transform, the names and labels.

import { z } from 'zod';
import { RenderedModel } from '#contracts/model.ts';
import { RenderedComponent } from '#contracts/training.ts';
import type { ParameterLayout } from '#engine/parameters.ts';
import { sameShape } from '#engine/shape.ts';
import { alignedView, bytesOf } from './data/table.ts';
import { Transform } from './data/transform.ts';
import { type Model, readModel } from './model.ts';
import { layoutOf } from './network.ts';
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

export function encodeArtifact(card: ModelCard, layout: ParameterLayout, theta: Float32Array): Uint8Array {
  const tensors = new Map<string, SafeTensor>();
  for (const { key, shape, offset } of layout.slots) {
    const bytes = bytesOf(theta.subarray(offset, offset + sizeOf(shape)));
    tensors.set(key, { dtype: 'F32', shape, bytes });
  }
  return encodeSafetensors(
    tensors,
    new Map([
      ['format', 'pt'],
      ['epochd', JSON.stringify(card)],
    ]),
  );
}

export interface Artifact {
  readonly card: ModelCard;
  readonly model: Model;
  readonly layout: ParameterLayout;
  readonly theta: Float32Array;
}

/** Reads what `encodeArtifact` wrote. @throws Error where the bytes are something else: then it is our mistake. */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const card = ModelCard.parse(JSON.parse(metadata.get('epochd') ?? 'null'));
  const model = readModel(card.model, 'model').value;
  if (model === null) throw new Error('the model of the artifact cannot be built');
  const layout = layoutOf(model);
  const theta = new Float32Array(layout.size);
  for (const { key, shape, offset } of layout.slots) {
    const tensor = tensors.get(key);
    if (tensor?.dtype !== 'F32' || !sameShape(tensor.shape, shape))
      throw new Error(`the artifact has no ${key}`);
    theta.set(new Float32Array(...alignedView(tensor.bytes, 4)), offset);
  }
  return { card, model, layout, theta };
}
