// Uploaded weights: a row of metadata each, and the file as an artifact.

import { Problem } from '#contracts/errors.ts';
import { TERMINAL_STATUSES } from '#contracts/jobs/job.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import type { Database, Queryable } from '../database.ts';
import { createKept } from '../idempotency.ts';
import { checkUploadBytes } from '../keys/key-quota.ts';
import { inScope, ownedBy, ownerOf, type Scope } from '../scope.ts';
import { freeArtifacts } from './artifact-users.ts';
import { writeArtifact } from './artifacts.ts';
import type { WeightsStore } from './weights-record.ts';

const SELECT = {
  id: true,
  name: true,
  createdAt: true,
  tensors: true,
  file: { select: { id: true, bytes: true, sha256: true } },
} as const;

export function openWeights(
  { prisma, transaction, disk, homes }: Database,
  scope: Scope = null,
): WeightsStore {
  return {
    create: ({ id, name, tensors, file, key = null }, keep) => {
      const write = async (client: Queryable) => {
        const artifact = await writeArtifact(client, file, { disk, homes });
        const { rows } = await client.query<{ created_at: Date }>(
          `INSERT INTO weights (id, name, tensors, file_artifact, tenant, key_id)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING created_at`,
          [id, name, JSON.stringify(tensors), artifact.id, ownerOf(scope), key?.id ?? null],
        );
        if (key !== null) await checkUploadBytes(client, key, artifact.bytes);
        const { bytes, sha256 } = artifact;
        const createdAt = rows[0]!.created_at;
        return { id, name, createdAt, bytes, sha256, tensors: [...tensors], artifact: artifact.id };
      };
      return transaction((client) => createKept(client, keep, () => write(client)));
    },

    async get(id) {
      const row = await prisma.weights.findUnique({ where: { id, ...ownedBy(scope) }, select: SELECT });
      if (row === null) return null;
      const { file, tensors, ...rest } = row;
      return {
        ...rest,
        bytes: Number(file.bytes),
        sha256: file.sha256,
        tensors: tensors as unknown as TensorInfo[],
        artifact: file.id,
      };
    },

    delete: (id) =>
      transaction(async (client) => {
        // A job being created locks this row, so this lock waits for it.
        const { rows } = await client.query<{ file_artifact: string }>(
          `SELECT file_artifact FROM weights WHERE id = $1 AND ${inScope('$2')} FOR UPDATE`,
          [id, scope],
        );
        if (rows[0] === undefined) throw new Problem('not_found', `no weights ${id}`);
        const users = await client.query<{ id: string }>(
          'SELECT id FROM job WHERE weights_id = $1 AND status <> ALL ($2) ORDER BY id LIMIT 3',
          [id, TERMINAL_STATUSES],
        );
        if (users.rows.length > 0) {
          const jobs = users.rows.map((job) => job.id).join(', ');
          throw new Problem('weights_in_use', `${id} is needed by jobs that have not ended: ${jobs}`);
        }
        await client.query('DELETE FROM weights WHERE id = $1', [id]);
        return freeArtifacts(client, [rows[0].file_artifact]);
      }),
  };
}
