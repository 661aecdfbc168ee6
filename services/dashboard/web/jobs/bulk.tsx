// Actions on all selected jobs.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { ask, tell } from '../parts/ask.tsx';

interface Props {
  chosen: readonly Job[];
  /** Called when everything is done, with the error or null. */
  onDone(failure: Error | null): void;
}

const jobs = (n: number) => `${n} ${n === 1 ? 'job' : 'jobs'}`;

export function Bulk({ chosen, onDone }: Props) {
  const [busy, setBusy] = useState(false);
  const each = async (some: readonly Job[], act: (id: string) => Promise<unknown>, done: string) => {
    setBusy(true);
    const results = await Promise.allSettled(some.map(({ id }) => act(id)));
    setBusy(false);
    const refused = results.filter((result) => result.status === 'rejected');
    const first = refused[0]?.reason as Error | undefined;
    tell(`${jobs(results.length - refused.length)} ${done}`);
    onDone(first === undefined ? null : new Error(`${jobs(refused.length)} not ${done}: ${first.message}`));
  };
  const unfinished = chosen.filter(({ terminal }) => !terminal);
  const finished = chosen.filter(({ terminal }) => terminal);
  const remove = async () => {
    const title = `Delete ${jobs(finished.length)}?`;
    const text = 'Their weights, checkpoints and curves are deleted too. Datasets are kept.';
    if (await ask({ title, text, action: 'Delete them' }))
      await each(finished, client.jobs.delete, 'deleted');
  };
  return (
    <>
      <span class="muted small">{chosen.length} chosen</span>
      {chosen.length > 1 && (
        <a class="button" href={`#/compare?jobs=${chosen.map(({ id }) => id).join(',')}`}>
          Compare
        </a>
      )}
      {unfinished.length > 0 && (
        <button
          type="button"
          disabled={busy}
          onClick={() => each(unfinished, client.jobs.cancel, 'cancelled')}
        >
          Cancel {unfinished.length < chosen.length ? unfinished.length : ''}
        </button>
      )}
      {finished.length > 0 && (
        <button type="button" class="danger" disabled={busy} onClick={remove}>
          Delete {finished.length < chosen.length ? finished.length : ''}
        </button>
      )}
    </>
  );
}
