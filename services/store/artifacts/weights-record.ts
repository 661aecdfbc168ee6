// Uploaded weights as the store's interface represents them. The file is one artifact.

import type { TensorInfo } from '#contracts/weights.ts';
import type { KeepReply } from '../interface.ts';
import type { CreatingKey } from '../keys/key-quota.ts';

export interface WeightsRecord {
  id: string;
  name: string | null;
  createdAt: Date;
  bytes: number;
  sha256: string;
  tensors: TensorInfo[];
  /** For `artifacts.read`. */
  artifact: string;
}

export interface NewWeights {
  id: string;
  name: string | null;
  tensors: readonly TensorInfo[];
  /** The API key that creates them. */
  key?: CreatingKey | null;
  file: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface WeightsStore {
  /** Throws KeyTaken if another request has used the key of `keep`. */
  create(weights: NewWeights, keep?: KeepReply<WeightsRecord>): Promise<WeightsRecord>;
  get(id: string): Promise<WeightsRecord | null>;
  /** @returns the bytes freed. Throws Problem `not_found`, or `weights_in_use` while an unfinished job needs them. */
  delete(id: string): Promise<number>;
}
