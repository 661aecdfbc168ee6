// GET /datasets/{id}/stats: the figures of a whole dataset, made when they are asked for first and kept with it.

import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import type { DatasetRecord, TenantStore } from '#store/store.ts';
import {
  examplesOf,
  previewWidth,
  STATS_VERSION,
  type TableStats,
  tableStats,
} from '#training/data/stats/stats.ts';
import { decodeTable } from '#training/data/table.ts';
import type { Context, Route } from '../../context.ts';
import { isKnown } from '../../etag.ts';
import { findDataset } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

/** Tables up to this size in bytes are processed on the event loop. */
const SMALL_BYTES = 256 * 1024;

interface Kept {
  readonly version: number;
  readonly stats: TableStats;
}

async function computed(
  { parsing, scratch }: Context,
  store: TenantStore,
  dataset: DatasetRecord,
): Promise<TableStats> {
  const table = Readable.from(store.artifacts.read(dataset.artifact));
  if (dataset.bytes <= SMALL_BYTES) return tableStats(decodeTable(await buffer(table)));
  const path = await scratch.file();
  try {
    await pipeline(table, createWriteStream(path));
    return await parsing.run('stats', { table: path });
  } finally {
    await rm(path, { force: true });
  }
}

const route: Route = (app, context) => {
  /** By dataset id: concurrent requests share one computation. */
  const making = new Map<string, Promise<TableStats>>();

  async function statsOf(store: TenantStore, dataset: DatasetRecord): Promise<TableStats> {
    const kept = (await store.datasets.stats(dataset.id)) as Kept | null;
    if (kept?.version === STATS_VERSION) return kept.stats;
    const stats = await computed(context, store, dataset);
    await store.datasets.keepStats(dataset.id, { version: STATS_VERSION, stats } satisfies Kept);
    return stats;
  }

  app.get(
    '/datasets/:id/stats',
    {
      schema: {
        operationId: 'datasetStats',
        tags: ['datasets'],
        summary: 'Statistics of the whole dataset',
        description:
          'For every column: missing and distinct values, range, mean, standard deviation, quartiles, histogram and the most frequent values. For arrays: the same over all numbers, and limited statistics of each input. Warnings report columns that are constant, number the rows or leak the target, and rare classes. Datasets and their statistics never change: send the ETag back as If-None-Match.',
        params: IdParams,
        response: { 200: DatasetStats, 304: z.null().describe('Unchanged: If-None-Match matches') },
      },
    },
    async (request, reply) => {
      const store = context.storeOf(request);
      const dataset = await findDataset(store, request.params.id);
      const { id, info } = dataset;
      if (isKnown(request, reply, `${id}-${STATS_VERSION}`)) return reply.code(304).send(null);
      let made = making.get(id);
      if (made === undefined) {
        made = statsOf(store, dataset).finally(() => making.delete(id));
        making.set(id, made);
      }
      const [stats, preview] = [await made, await store.datasets.preview(id)];
      const examples = examplesOf(preview ?? { columns: [], rows: [] }, previewWidth(info));
      return { object: 'dataset.stats' as const, dataset_id: id, ...stats, examples };
    },
  );
};
export default route;
