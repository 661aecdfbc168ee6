// The cross-validation that a job is one fold of: the metrics of every fold, and their summary.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { label, measure } from '../format.ts';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Status } from '../parts/status.tsx';

const AGAIN_MS = 3000;

/** "fold 2 of 5"; null for a job that is not a fold. */
export function foldOf({ training: { validation } }: Job): string | null {
  if (validation === null || !('folds' in validation)) return null;
  return `fold ${validation.fold} of ${validation.folds}`;
}

export function Folds({ job }: { job: Job }) {
  const { cross_validation: id } = job;
  return id === null ? null : <FoldsCard id={id} own={job.id} />;
}

function FoldsCard({ id, own }: { id: string; own: string }) {
  const [over, setOver] = useState(false);
  const { value, error } = useLoad(
    async (signal) => {
      const now = await client.crossValidations.get(id, { signal });
      setOver(now.status !== 'running');
      return now;
    },
    [id, over],
    over ? undefined : AGAIN_MS,
  );
  if (value === null) return error === null ? null : <Failure error={error} />;
  const { folds, folds_measured, jobs, metrics } = value;
  const names = Object.keys(metrics);
  return (
    <Card title="Cross-validation">
      <Scroll name="Folds of the cross-validation">
        <table>
          <thead>
            <tr>
              <th>Fold</th>
              <th>Status</th>
              {names.map((name) => (
                <th key={name} class="num">
                  {label(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {jobs.map((one) => (
              <tr key={one.id}>
                <td>
                  {one.id === own ? (
                    `${one.fold}, this job`
                  ) : (
                    <a href={`#/jobs/${one.id}`} aria-label={`Fold ${one.fold}`}>
                      {one.fold}
                    </a>
                  )}
                </td>
                <td>
                  <Status job={one} />
                </td>
                {names.map((name) => (
                  <td key={name} class="num">
                    {one.status === 'succeeded' ? measure(one.metrics[name]) : '–'}
                  </td>
                ))}
              </tr>
            ))}
            {names.length > 0 && (
              <tr>
                <td colSpan={2}>Mean ± standard deviation</td>
                {names.map((name) => (
                  <td key={name} class="num">
                    {measure(metrics[name]!.mean)}
                    {metrics[name]!.std !== null && ` ± ${measure(metrics[name]!.std)}`}
                  </td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      </Scroll>
      {over && folds_measured < folds && (
        <p class="muted small">
          Mean and standard deviation are over {folds_measured} of {folds} folds.
        </p>
      )}
    </Card>
  );
}
