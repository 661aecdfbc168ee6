// Datasets: a row of metadata each, and the table as an artifact.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { Problem } from '#contracts/errors.ts';
import { TERMINAL_STATUSES } from '#contracts/jobs/job.ts';
import type { Database, Queryable } from '../database.ts';
import type { Prisma } from '../generated/client.ts';
import { createKept } from '../idempotency.ts';
import { checkUploadBytes } from '../keys/key-quota.ts';
import { inScope, ownedBy, ownerOf, type Scope } from '../scope.ts';
import { freeArtifacts } from './artifact-users.ts';
import { type WriteTo, writeArtifact } from './artifacts.ts';
import type { DatasetPreview, DatasetRecord, DatasetStore, NewDataset } from './dataset-record.ts';
import { deleteUpload } from './uploads.ts';

const SELECT = {
  id: true,
  name: true,
  createdAt: true,
  info: true,
  table: { select: { id: true, bytes: true, sha256: true } },
} as const;

type DatasetRow = Prisma.DatasetGetPayload<{ select: typeof SELECT }>;

function toDataset(row: DatasetRow): DatasetRecord {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.createdAt,
    bytes: Number(row.table.bytes),
    sha256: row.table.sha256,
    info: row.info as unknown as DatasetInfo,
    artifact: row.table.id,
  };
}

/** Runs in the caller's transaction. */
export async function writeDataset(
  client: Queryable,
  dataset: NewDataset,
  to: WriteTo,
  scope: Scope = null,
): Promise<DatasetRecord> {
  const { id, name, info, preview, table, key = null, upload = null } = dataset;
  // Deleted first, so that the key's byte limit does not count the same data twice.
  if (upload !== null && (await deleteUpload(client, upload, scope)) === null)
    throw new Problem('not_found', `the upload "${upload}" no longer exists`);
  const artifact = await writeArtifact(client, table, to);
  const { rows } = await client.query<{ created_at: Date }>(
    `INSERT INTO dataset (id, name, info, preview, table_artifact, tenant, key_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING created_at`,
    [id, name, JSON.stringify(info), JSON.stringify(preview), artifact.id, ownerOf(scope), key?.id ?? null],
  );
  if (key !== null) await checkUploadBytes(client, key, artifact.bytes);
  const createdAt = rows[0]!.created_at;
  return { id, name, createdAt, bytes: artifact.bytes, sha256: artifact.sha256, info, artifact: artifact.id };
}

/** Plain SQL: creating a job reads its dataset, and Prisma would use two statements. */
const GET = `
  SELECT dataset.id, name, dataset.created_at AS "createdAt", info,
    json_build_object('id', artifact.id, 'bytes', bytes, 'sha256', sha256) AS "table"
  FROM dataset JOIN artifact ON artifact.id = table_artifact WHERE dataset.id = $1 AND ${inScope('$2')}`;

export function openDatasets(database: Database, scope: Scope = null): DatasetStore {
  const { pool, prisma, disk, homes } = database;
  const { transaction } = database.bulk;
  const own = ownedBy(scope);
  return {
    create: (dataset, keep) =>
      transaction((client) =>
        createKept(client, keep, () => writeDataset(client, dataset, { disk, homes }, scope)),
      ),

    async get(id) {
      const { rows } = await pool.query<DatasetRow>(GET, [id, scope]);
      return rows[0] === undefined ? null : toDataset(rows[0]);
    },

    async preview(id) {
      const row = await prisma.dataset.findUnique({ where: { id, ...own }, select: { preview: true } });
      return row === null ? null : (row.preview as unknown as DatasetPreview);
    },

    async stats(id) {
      const row = await prisma.dataset.findUnique({ where: { id, ...own }, select: { stats: true } });
      return row?.stats ?? null;
    },

    async keepStats(id, stats) {
      await prisma.dataset.updateMany({ where: { id, ...own }, data: { stats } });
    },

    async list({ limit, after }) {
      const rows = await prisma.dataset.findMany({
        where: { ...own, ...(after === undefined ? {} : { id: { lt: after } }) },
        orderBy: { id: 'desc' },
        take: limit + 1,
        select: SELECT,
      });
      return { items: rows.slice(0, limit).map(toDataset), hasMore: rows.length > limit };
    },

    delete: (id) =>
      transaction(async (client) => {
        // A job being created locks this row, so this lock waits for it.
        const { rows } = await client.query<{ table_artifact: string }>(
          `SELECT table_artifact FROM dataset WHERE id = $1 AND ${inScope('$2')} FOR UPDATE`,
          [id, scope],
        );
        if (rows[0] === undefined) throw new Problem('not_found', `no dataset ${id}`);
        const users = await client.query<{ id: string }>(
          `SELECT id FROM job WHERE $1 IN (dataset_id, validation_dataset_id, test_dataset_id)
           AND status <> ALL ($2) ORDER BY id LIMIT 3`,
          [id, TERMINAL_STATUSES],
        );
        if (users.rows.length > 0) {
          const jobs = users.rows.map((job) => job.id).join(', ');
          throw new Problem('dataset_in_use', `${id} is needed by jobs that have not ended: ${jobs}`);
        }
        await client.query('DELETE FROM dataset WHERE id = $1', [id]);
        return freeArtifacts(client, [rows[0].table_artifact]);
      }),
  };
}
