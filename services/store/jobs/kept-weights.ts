// For a job that ends without producing a model (its worker was lost, its trainer crashed, it was canceled while it waited): its last
// checkpoint's file becomes its model.

import type { Queryable } from '../database.ts';

/** Orders a job's checkpoints, newest first. */
export const NEWEST =
  'checkpoint.attempt DESC, checkpoint.epoch DESC, checkpoint.step DESC, checkpoint.created_at DESC';

const ADOPT = `
  UPDATE job SET
    model_artifact = last.artifact, model_epoch = last.epoch, model_step = last.step,
    best_artifact = CASE WHEN last.best_epoch IS NULL THEN NULL ELSE last.artifact END,
    best_epoch = last.best_epoch, best_step = last.best_step
  FROM (SELECT * FROM checkpoint WHERE job_id = $1 ORDER BY ${NEWEST} LIMIT 1) AS last
  WHERE job.id = $1 AND job.model_artifact IS NULL AND job.best_artifact IS NULL`;

/** Must run in the transaction that ends the job. */
export async function keepCheckpointAsModel(client: Queryable, jobId: string): Promise<void> {
  await client.query(ADOPT, [jobId]);
}
