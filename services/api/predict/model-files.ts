// Files of trained models on the API's disk, for the predict process: fetched from the store once for all concurrent requests, kept while
// there is room, and removed only when unused.

import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ArtifactStore } from '#store/store.ts';
import { isQuick } from '#training/predict/quick.ts';
import { Residents } from '#training/predict/residents.ts';
import type { Scratch } from '../uploads/scratch.ts';

export interface ModelFile {
  readonly path: string;
  readonly bytes: number;
  /** One row is cheap enough for the API to predict it on its own event loop. */
  readonly quick: boolean;
  dispose(): void;
}

/** Larger model files count as not quick without being inspected. */
const QUICK_BYTES = 2 ** 20;

export interface ModelFiles {
  use<T>(artifactId: string, work: (file: ModelFile) => Promise<T>): Promise<T>;
  forget(artifactId: string): void;
}

export function openModelFiles(
  artifacts: Pick<ArtifactStore, 'read'>,
  scratch: Scratch,
  maxBytes: number,
): ModelFiles {
  const files = new Residents<ModelFile>(maxBytes);
  const fetch = async (artifactId: string): Promise<ModelFile> => {
    const path = await scratch.file();
    const remove = () => rm(path, { force: true });
    try {
      let bytes = 0;
      const counted = async function* () {
        for await (const piece of artifacts.read(artifactId)) {
          bytes += piece.byteLength;
          yield piece;
        }
      };
      await pipeline(Readable.from(counted()), createWriteStream(path));
      const quick = bytes <= QUICK_BYTES && isQuick(await readFile(path));
      return { path, bytes, quick, dispose: () => void remove().catch(() => {}) };
    } catch (error) {
      await remove();
      throw error;
    }
  };
  return {
    use: (artifactId, work) => files.use(artifactId, () => fetch(artifactId), work),
    forget: (artifactId) => files.forget(artifactId),
  };
}
