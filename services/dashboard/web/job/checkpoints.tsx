// A job's stored checkpoints: each can be downloaded, or used to initialize another job.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { bytes, count } from '../format.ts';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { saveAs } from '../save-as.ts';

export function Checkpoints({ job, seen }: { job: Job; seen: number }) {
  const { value, reload } = useLoad(
    (signal) => client.jobs.checkpoints(job.id, signal),
    [job.id, job.status, seen],
  );
  const [error, setError] = useState<unknown>(null);
  const all = value?.data ?? [];
  if (all.length === 0) return null;
  const attempt = (work: () => Promise<unknown>) => work().then(() => setError(null), setError);
  return (
    <Card title="Checkpoints">
      <Failure error={error} />
      <ul class="plain small">
        {all.map(({ id, epoch, step, bytes: size, best, last }) => (
          <li key={id} class="row spread">
            <span>
              Epoch {count(epoch)}, step {count(step)} <span class="muted">({bytes(size)})</span>
              {best && ' · best'}
              {last && !job.terminal && ' · resumes from here'}
            </span>
            <span class="row">
              <button
                type="button"
                class="small"
                aria-label={`Weights at step ${step}`}
                onClick={() =>
                  attempt(async () =>
                    saveAs(await client.jobs.checkpointWeights(job.id, id), `${id}.safetensors`),
                  )
                }
              >
                Weights
              </button>
              {(job.terminal || !last) && (
                <button
                  type="button"
                  class="small"
                  aria-label={`Delete the checkpoint at step ${step}`}
                  onClick={() =>
                    attempt(async () => {
                      await client.jobs.deleteCheckpoint(job.id, id);
                      reload();
                    })
                  }
                >
                  Delete
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
