// The actions that a job's status allows, as buttons.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { ask, tell } from '../parts/ask.tsx';
import { Failure } from '../parts/errors.tsx';
import { go } from '../router.ts';
import { saveAs } from '../save-as.ts';

export function Actions({ job, take }: { job: Job; take(job: Job): void }) {
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    await work().catch(setError);
    setBusy(false);
  };
  const act = (action: 'cancel' | 'pause' | 'resume') => () =>
    attempt(async () => take(await client.jobs[action](job.id)));
  const remove = async () => {
    const question = {
      title: 'Delete this job?',
      text: 'Its weights, checkpoints and curves are deleted too. The dataset is kept.',
      action: 'Delete it',
    };
    if (!(await ask(question))) return;
    await attempt(async () => {
      await client.jobs.delete(job.id);
      tell('The job was deleted');
      go('/jobs');
    });
  };
  const download = () =>
    attempt(async () => saveAs(await client.jobs.weights(job.id), `${job.id}.safetensors`));
  const trained = job.weights.serving !== null;
  const checkpoint = () =>
    attempt(async () => {
      const { epoch, step } = await client.jobs.checkpoint(job.id);
      tell(`Checkpoint at step ${step}, ${epoch} finished epochs`);
    });
  return (
    <div class="stack">
      <div class="row">
        {trained && job.preprocess.context === undefined && (
          <a class="button primary" href={`#/predict/${job.id}`}>
            Predict
          </a>
        )}
        {(job.status === 'running' || job.status === 'queued') && (
          <button type="button" disabled={busy} onClick={act('pause')}>
            Pause
          </button>
        )}
        {job.status === 'running' && (
          <button type="button" disabled={busy} onClick={checkpoint}>
            Checkpoint
          </button>
        )}
        {job.status === 'paused' && (
          <button type="button" class="primary" disabled={busy} onClick={act('resume')}>
            Resume
          </button>
        )}
        {!job.terminal && job.status !== 'cancelling' && (
          <button type="button" disabled={busy} onClick={act('cancel')}>
            Cancel
          </button>
        )}
        {trained && (
          <button type="button" disabled={busy} onClick={download}>
            Weights
          </button>
        )}
        <a class="button" href={`#/new?from=${job.id}`}>
          Clone and edit
        </a>
        {job.terminal && (
          <button type="button" class="danger" disabled={busy} onClick={remove}>
            Delete
          </button>
        )}
      </div>
      <Failure error={error} />
    </div>
  );
}
