// Finds the windows of a job's dataset if it is a time series: here if the table is small, in a process of its own otherwise.

import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { DatasetRecord } from '#store/artifacts/dataset-record.ts';
import type { TenantStore } from '#store/store.ts';
import { joinTables } from '#training/data/rows/join.ts';
import { decodeTable } from '#training/data/table.ts';
import type { FindWindows } from '#training/series/count.ts';
import { findWindowsIn, heldDatasets, type WindowsAsked } from '#training/series/found.ts';
import type { Context } from '../context.ts';

/** Tables up to this size in bytes are processed on the event loop. */
const SMALL_BYTES = 256 * 1024;

interface Tables<T> {
  own: T;
  validation?: T;
  test?: T;
}

export function windowsFinder({ parsing, scratch }: Context, store: TenantStore): FindWindows {
  return async (asked) => {
    const datasets = await datasetsOf(store, asked);
    if (datasets === null) return null;
    const bytes = Object.values(datasets).reduce((sum, dataset: DatasetRecord) => sum + dataset.bytes, 0);
    const artifact = (dataset: DatasetRecord) => Readable.from(store.artifacts.read(dataset.artifact));
    if (bytes <= SMALL_BYTES) {
      const { own, ...held } = await each(datasets, async (one) => decodeTable(await buffer(artifact(one))));
      return findWindowsIn(joinTables(own, held), asked);
    }
    const paths: string[] = [];
    try {
      const tables = await each(datasets, async (one) => {
        const path = await scratch.file();
        paths.push(path);
        await pipeline(artifact(one), createWriteStream(path));
        return path;
      });
      return await parsing.run('windows', { tables, asked });
    } finally {
      for (const path of paths) await rm(path, { force: true });
    }
  };
}

/** Null if one of them was deleted. */
async function datasetsOf(store: TenantStore, asked: WindowsAsked): Promise<Tables<DatasetRecord> | null> {
  const ids: Tables<string> = { own: asked.dataset, ...heldDatasets(asked.training) };
  const found = await each(ids, (id) => store.datasets.get(id));
  return Object.values(found).includes(null) ? null : (found as Tables<DatasetRecord>);
}

async function each<A, B>(tables: Tables<A>, make: (one: A) => Promise<B>): Promise<Tables<B>> {
  const entries = Object.entries(tables) as [keyof Tables<A>, A][];
  const made = await Promise.all(entries.map(async ([part, one]) => [part, await make(one)] as const));
  return Object.fromEntries(made) as unknown as Tables<B>;
}
