// The worker's private directory, which holds a job's table, checkpoints and model while a trainer works on them. Nothing in it has to
// survive; the next worker removes what a killed one left behind.

import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makePrivateDirectory } from '#store/private-directory.ts';

export const PREFIX = 'epochd-worker-';
/** A file rewritten whenever the worker finds queue and rows consistent. */
export const HEARTBEAT = 'heartbeat';

export interface Spool {
  readonly dir: string;
  /** A directory for one job; `await using` removes it. */
  forJob(): Promise<JobFiles>;
  beat(): Promise<void>;
  close(): Promise<void>;
}

export interface JobFiles extends AsyncDisposable {
  readonly table: string;
  /** Where the trainer writes the weights. */
  readonly models: { readonly last: string; readonly best: string };
  readonly weights: string;
  /** Where the trainer writes its checkpoints. */
  readonly checkpoint: string;
  readonly resume: string;
  writeTable(content: AsyncIterable<Uint8Array>): Promise<void>;
  /** Writes the table of a separate validation or test dataset; returns its path. */
  writeHeldOut(part: 'validation' | 'test', content: AsyncIterable<Uint8Array>): Promise<string>;
  writeWeights(content: AsyncIterable<Uint8Array>): Promise<void>;
  writeResume(content: AsyncIterable<Uint8Array>): Promise<void>;
}

export async function openSpool(parent = tmpdir()): Promise<Spool> {
  const dir = await makePrivateDirectory(parent, PREFIX);
  return {
    dir,
    async forJob() {
      const files = await mkdtemp(path.join(dir, 'job-'));
      const table = path.join(files, 'table.safetensors');
      const weights = path.join(files, 'weights.safetensors');
      const resume = path.join(files, 'resume.safetensors');
      return {
        table,
        models: { last: path.join(files, 'last.safetensors'), best: path.join(files, 'best.safetensors') },
        weights,
        checkpoint: path.join(files, 'checkpoint.safetensors'),
        resume,
        writeTable: (content) => pipeline(Readable.from(content), createWriteStream(table)),
        async writeHeldOut(part, content) {
          const file = path.join(files, `${part}.safetensors`);
          await pipeline(Readable.from(content), createWriteStream(file));
          return file;
        },
        writeWeights: (content) => pipeline(Readable.from(content), createWriteStream(weights)),
        writeResume: (content) => pipeline(Readable.from(content), createWriteStream(resume)),
        [Symbol.asyncDispose]: () => rm(files, { recursive: true, force: true }),
      };
    },
    beat: () => writeFile(path.join(dir, HEARTBEAT), ''),
    close: () => rm(dir, { recursive: true, force: true }),
  };
}
