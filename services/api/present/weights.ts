// Uploaded weights in the API's form.

import type { Weights } from '#contracts/weights.ts';
import type { WeightsRecord } from '#store/artifacts/weights-record.ts';

export function presentWeights({ id, name, createdAt, bytes, sha256, tensors }: WeightsRecord): Weights {
  return { id, object: 'weights', name, created_at: createdAt.toISOString(), bytes, sha256, tensors };
}
