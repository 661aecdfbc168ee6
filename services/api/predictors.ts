// Trained models ready to predict: loaded from their artifact on first use, kept while there is room, and loaded
// once however many ask at the same time.

import { buffer } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import type { ArtifactStore } from '#store/store.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';

export interface Predictors {
  of(artifactId: string): Promise<Predictor>;
  /** The artifact is gone, and so should its model be. */
  forget(artifactId: string): void;
}

interface Entry {
  predictor: Predictor;
  bytes: number;
}

export function openPredictors(artifacts: Pick<ArtifactStore, 'read'>, maxBytes: number): Predictors {
  const cache = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: (entry) => Math.max(1, entry.bytes),
    // A load that someone waits for is finished, even if the entry is dropped in the meantime.
    ignoreFetchAbort: true,
    allowStaleOnFetchAbort: true,
    fetchMethod: async (artifactId) => {
      const artifact = await buffer(artifacts.read(artifactId));
      return { predictor: await loadPredictor(artifact), bytes: artifact.byteLength };
    },
  });
  return {
    async of(artifactId) {
      const entry = await cache.fetch(artifactId);
      if (entry === undefined) throw new Error(`artifact ${artifactId} gave no model`);
      return entry.predictor;
    },
    forget(artifactId) {
      cache.delete(artifactId);
    },
  };
}
