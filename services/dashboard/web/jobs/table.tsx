// The job list as a table with selectable rows.

import type { Job } from '#contracts/jobs/job-api.ts';
import { Row } from './row.tsx';

interface Props {
  jobs: readonly Job[];
  chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
}

export function JobTable({ jobs, chosen, onChoose }: Props) {
  const all = jobs.every(({ id }) => chosen.has(id));
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <table>
      <thead>
        <tr>
          <th>
            <input
              type="checkbox"
              aria-label="Choose all jobs shown"
              checked={all}
              onChange={() => onChoose(new Set(all ? [] : jobs.map(({ id }) => id)))}
            />
          </th>
          <th>Job</th>
          <th>Status</th>
          <th class="num">Epoch</th>
          <th class="num">Best</th>
          <th class="hide-narrow">Loss</th>
          <th class="num hide-narrow">ETA</th>
          <th class="num hide-narrow">Created</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <Row key={job.id} job={job} chosen={chosen.has(job.id)} onChoose={choose} />
        ))}
      </tbody>
    </table>
  );
}
