// The jobs that use a dataset, and in which role.

import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Status } from '../parts/status.tsx';

const SHOWN = 20;

function purpose({ dataset, training }: Job, id: string): string {
  const uses = (part: Job['training']['test']) => part !== null && 'dataset' in part && part.dataset === id;
  const purposes = [
    ...(dataset === id ? ['trains on it'] : []),
    ...(uses(training.validation) ? ['validates on it'] : []),
    ...(uses(training.test) ? ['is tested on it'] : []),
  ];
  return purposes.join(', ');
}

export function UsedBy({ id }: { id: string }) {
  const { value, error } = useLoad(
    (signal) => client.jobs.list({ dataset: id, limit: SHOWN }, signal),
    [id],
    5_000,
  );
  return (
    <Card title="Used by">
      <Failure error={error} />
      {value?.data.length === 0 && <p class="muted">No job uses it.</p>}
      <ul class="plain">
        {value?.data.map((job) => (
          <li key={job.id} class="row">
            <a href={`#/jobs/${job.id}`}>{job.name ?? job.id}</a> <Status job={job} />
            <span class="muted small">{purpose(job, id)}</span>
          </li>
        ))}
      </ul>
      {value?.has_more && (
        <p class="small">
          <a href={`#/jobs?dataset=${id}`}>All jobs that use it</a>
        </p>
      )}
    </Card>
  );
}
