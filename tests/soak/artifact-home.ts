// Where a run's larger artifacts are stored, and the faults that this storage can have.

import { openArtifactBucket } from './artifact-bucket.ts';
import { openArtifactDirectory } from './artifact-directory.ts';
import type { Journal } from './journal.ts';
import type { HomeKind } from './schedule.ts';

export interface ArtifactHome {
  /** Environment variables for the service's processes. */
  readonly env: Readonly<Record<string, string>>;
  /** All objects, complete or not: their names, and the files that hold their bytes. */
  objects(): Promise<Map<string, string>>;
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Requests are accepted but never answered. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

export function openArtifactHome(kind: HomeKind, journal: Journal): Promise<ArtifactHome> {
  return kind === 's3' ? openArtifactBucket(journal) : openArtifactDirectory();
}
