// Where the larger artifacts of a run are, and what can go wrong there.

import { openArtifactBucket } from './artifact-bucket.ts';
import { openArtifactDirectory } from './artifact-directory.ts';
import type { Journal } from './journal.ts';
import type { HomeKind } from './schedule.ts';

export interface ArtifactHome {
  /** For the parts of the service. */
  readonly env: Readonly<Record<string, string>>;
  /** What is there, complete or not: names, and the files that hold the bytes. */
  objects(): Promise<Map<string, string>>;
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Requests are accepted and get no answer. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  fill(): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

export function openArtifactHome(kind: HomeKind, journal: Journal): Promise<ArtifactHome> {
  return kind === 's3' ? openArtifactBucket(journal) : openArtifactDirectory();
}
