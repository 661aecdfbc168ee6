// The API's private directory for data too large for memory: request bodies, replies, models on their way to the predict process. Nothing
// in it has to survive; the next API removes what a killed one left behind.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makePrivateDirectory } from '#store/private-directory.ts';

const PREFIX = 'epochd-api-';

export interface Scratch {
  /** A directory for one request; the caller removes it. */
  folder(): Promise<string>;
  /** A path that is not used elsewhere. */
  file(): Promise<string>;
  close(): Promise<void>;
}

/** The directory is created on first use. */
export function openScratch(parent = tmpdir()): Scratch {
  let made: Promise<string> | null = null;
  let files = 0;
  const dir = () => {
    made ??= makePrivateDirectory(parent, PREFIX).catch((error: unknown) => {
      made = null; // retried by the next request
      throw error;
    });
    return made;
  };
  return {
    folder: async () => mkdtemp(path.join(await dir(), 'request-')),
    file: async () => path.join(await dir(), `file-${files++}`),
    async close() {
      if (made !== null) await rm(await made, { recursive: true, force: true });
    },
  };
}
