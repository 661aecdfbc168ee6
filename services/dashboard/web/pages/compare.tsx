// Compares jobs: their curves overlaid, and the differences between their requests. The job ids are in the URL.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { differences } from '../compare/differences.ts';
import { label } from '../format.ts';
import type { History } from '../history.ts';
import { loadHistory } from '../job/load-history.ts';
import { requestOf } from '../job/request.ts';
import { headline, shown } from '../jobs/headline.ts';
import { useLoad } from '../load.ts';
import { Card, Empty } from '../parts/card.tsx';
import { Chart, seriesColour } from '../parts/chart.tsx';
import { Failure } from '../parts/errors.tsx';
import { Check, SelectField } from '../parts/field.tsx';
import { Status } from '../parts/status.tsx';
import { type Place, setQuery } from '../router.ts';

const OFFERED = 50;

interface Compared {
  job: Job;
  history: History;
}

/** Aligns the jobs on a common epoch axis, with one column per job. */
function aligned(all: readonly Compared[], name: string) {
  const x = [...new Set(all.flatMap(({ history }) => history.epochs))].sort((a, b) => a - b);
  const columns = all.map(({ history }) => {
    const values = history.values.get(name) ?? [];
    const byEpoch = new Map(history.epochs.map((epoch, i) => [epoch, values[i] ?? null]));
    return x.map((epoch) => byEpoch.get(epoch) ?? null);
  });
  return { x, columns };
}

export function ComparePage({ place }: { place: Place }) {
  const ids = (place.query.get('jobs') ?? '').split(',').filter((id) => id !== '');
  const [log, setLog] = useState(false);
  const offered = useLoad(async (signal) => (await client.jobs.list({ limit: OFFERED }, signal)).data, []);
  const { value, error } = useLoad(
    (signal) =>
      Promise.all(
        ids.map(async (id) => ({
          job: await client.jobs.get(id, { signal }),
          history: await loadHistory(id, signal),
        })),
      ),
    [ids.join(',')],
    3_000,
  );
  const all = (value ?? []).filter(({ job }) => ids.includes(job.id));
  const names = [...new Set(all.flatMap(({ history }) => [...history.values.keys()]))].sort();
  const metric = place.query.get('metric') ?? (names.includes('val_loss') ? 'val_loss' : 'train_loss');
  const { x, columns } = aligned(all, metric);
  const ranked = all.toSorted((a, b) => rank(a.job) - rank(b.job));
  const toggle = (id: string, on: boolean) =>
    setQuery({ jobs: (on ? [...ids, id] : ids.filter((it) => it !== id)).join(',') });
  const colourOf = (id: string) => seriesColour(ids.indexOf(id));

  return (
    <>
      <div class="page-head">
        <h1>Compare</h1>
      </div>
      <Failure error={error ?? offered.error} />
      <div class="columns">
        <div class="stack">
          {all.length === 0 ? (
            <Empty title="Choose jobs to compare">
              <p>Their curves are overlaid, and the differences between their requests are listed.</p>
            </Empty>
          ) : (
            <>
              <Card
                title={label(metric)}
                actions={
                  <div class="row">
                    <Check label="Log scale" checked={log} onChange={setLog} />
                    <div style={{ minWidth: '170px' }}>
                      <SelectField
                        label="Metric"
                        value={metric}
                        options={names.map((name) => [name, label(name)] as const)}
                        onChange={(name) => setQuery({ metric: name })}
                      />
                    </div>
                  </div>
                }
              >
                <Chart
                  title={label(metric)}
                  xName="Epoch"
                  x={x}
                  log={log}
                  height={320}
                  curves={all.map(({ job }, i) => ({
                    name: job.name ?? job.id,
                    values: columns[i]!,
                    colour: colourOf(job.id),
                    dashed: ids.indexOf(job.id) >= 6,
                  }))}
                />
              </Card>
              <Differences all={ranked} colourOf={colourOf} />
            </>
          )}
        </div>
        <Card title="Jobs">
          <div class="stack" style={{ gap: '2px' }}>
            {(offered.value ?? []).map((job) => (
              <label key={job.id} class="check">
                <input
                  type="checkbox"
                  checked={ids.includes(job.id)}
                  onChange={(event) => toggle(job.id, event.currentTarget.checked)}
                />
                {ids.includes(job.id) && (
                  <span class="swatch" style={{ background: `var(--${colourOf(job.id)})` }} />
                )}
                <span style={{ flex: 1, overflowWrap: 'anywhere' }}>{job.name ?? job.id}</span>
                <Status job={job} />
              </label>
            ))}
            {offered.value?.length === 0 && (
              <p class="muted">
                There are no jobs yet. <a href="#/new">Make one</a>
              </p>
            )}
          </div>
        </Card>
      </div>
    </>
  );
}

/** Lower is better: a loss as is, an accuracy as 1 − accuracy. */
function rank(job: Job): number {
  const best = headline(job);
  if (best === null) return Number.POSITIVE_INFINITY;
  return best[0].endsWith('accuracy') ? 1 - best[1] : best[1];
}

function Differences(props: { all: readonly Compared[]; colourOf(id: string): string }) {
  const { all, colourOf } = props;
  const rows = differences(all.map(({ job }) => requestOf(job))).filter(([path]) => path !== 'name');
  return (
    <Card title="What differs" actions={<span class="muted small">best first</span>}>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Key</th>
              {all.map(({ job }) => (
                <th key={job.id}>
                  <span class="swatch" style={{ background: `var(--${colourOf(job.id)})` }} />{' '}
                  <a href={`#/jobs/${job.id}`}>{job.name ?? job.id}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>Best</td>
              {all.map(({ job }) => {
                const best = headline(job);
                return <td key={job.id}>{best === null ? '–' : `${shown(best)} (${label(best[0])})`}</td>;
              })}
            </tr>
            {rows.map(([path, values]) => (
              <tr key={path}>
                <td class="mono">{path}</td>
                {values.map((value, i) => (
                  <td key={all[i]!.job.id} class="mono">
                    {value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {all.length > 1 && rows.length === 0 && <p class="muted">Their requests are the same.</p>}
    </Card>
  );
}
