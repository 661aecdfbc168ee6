// All jobs, newest first, as they are now.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/job-api.ts';
import { client } from '../api.ts';
import { NoJobs } from '../jobs/no-jobs.tsx';
import { Row } from '../jobs/row.tsx';
import { useLoad } from '../load.ts';
import { ask, tell } from '../parts/ask.tsx';
import { Failure } from '../parts/errors.tsx';
import { type Place, setQuery } from '../router.ts';

const PAGE = 50;
const STATES = ['', 'queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const;

type Order = 'newest' | 'name' | 'loss';

function sorted(jobs: readonly Job[], order: Order): readonly Job[] {
  if (order === 'name') return jobs.toSorted((a, b) => (a.name ?? a.id).localeCompare(b.name ?? b.id));
  const loss = (job: Job) => {
    const { val_loss, train_loss } = job.metrics.best?.metrics ?? {};
    return val_loss ?? train_loss ?? Number.POSITIVE_INFINITY;
  };
  return order === 'loss' ? jobs.toSorted((a, b) => loss(a) - loss(b)) : jobs;
}

function matches(job: Job, status: string, text: string): boolean {
  if (status !== '' && job.status !== status) return false;
  const haystack = [job.name ?? '', job.id, ...Object.entries(job.metadata).map((pair) => pair.join('='))];
  return haystack.some((it) => it.toLowerCase().includes(text.toLowerCase()));
}

export function Jobs({ place }: { place: Place }) {
  const status = place.query.get('status') ?? '';
  const text = place.query.get('find') ?? '';
  const order = (place.query.get('sort') ?? 'newest') as Order;
  const [limit, setLimit] = useState(PAGE);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<unknown>(null);
  const { value, error, reload } = useLoad((signal) => newest(limit, status, signal), [limit, status], 2_000);

  if (value === null) return error === null ? <p class="muted">Loading …</p> : <Failure error={error} />;
  const jobs = sorted(
    value.jobs.filter((job) => matches(job, status, text)),
    order,
  );
  const picked = value.jobs.filter(({ id }) => chosen.has(id));
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const each = async (some: readonly Job[], act: (id: string) => Promise<unknown>, done: string) => {
    setFailure(null);
    const results = await Promise.allSettled(some.map(({ id }) => act(id)));
    setFailure(results.find((result) => result.status === 'rejected')?.reason ?? null);
    tell(`${results.filter((result) => result.status === 'fulfilled').length} ${done}`);
    setChosen(new Set());
    reload();
  };
  const running = picked.filter(({ terminal }) => !terminal);
  const over = picked.filter(({ terminal }) => terminal);
  const removeAll = async () => {
    const text = 'Weights, checkpoints and curves go with them. Datasets stay.';
    const title = `Delete ${over.length} ${over.length === 1 ? 'job' : 'jobs'}?`;
    if (await ask({ title, text, action: 'Delete them' })) await each(over, client.jobs.delete, 'deleted');
  };

  return (
    <>
      <div class="page-head">
        <h1>Jobs</h1>
        <a class="button primary" href="#/new">
          New job
        </a>
      </div>
      <Failure error={failure ?? error} />
      {value.jobs.length === 0 && status === '' ? (
        <NoJobs />
      ) : (
        <>
          <div class="row">
            <input
              type="search"
              placeholder="Name, id or metadata"
              aria-label="Find jobs"
              value={text}
              onInput={(event) => setQuery({ find: event.currentTarget.value })}
              style={{ maxWidth: '240px' }}
            />
            <select
              aria-label="Status"
              value={status}
              onChange={(event) => setQuery({ status: event.currentTarget.value })}
              style={{ width: 'auto' }}
            >
              {STATES.map((state) => (
                <option key={state} value={state}>
                  {state === '' ? 'All statuses' : state}
                </option>
              ))}
            </select>
            <select
              aria-label="Order"
              value={order}
              onChange={(event) => setQuery({ sort: event.currentTarget.value })}
              style={{ width: 'auto' }}
            >
              <option value="newest">Newest first</option>
              <option value="loss">Lowest loss first</option>
              <option value="name">By name</option>
            </select>
            {picked.length > 0 && (
              <>
                <span class="muted small">{picked.length} chosen</span>
                {picked.length > 1 && (
                  <a class="button" href={`#/compare?jobs=${picked.map(({ id }) => id).join(',')}`}>
                    Compare
                  </a>
                )}
                {running.length > 0 && (
                  <button type="button" onClick={() => each(running, client.jobs.cancel, 'cancelled')}>
                    Cancel
                  </button>
                )}
                {over.length > 0 && (
                  <button type="button" class="danger" onClick={removeAll}>
                    Delete
                  </button>
                )}
              </>
            )}
          </div>
          <div class="card flush">
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    <th>
                      <span class="visually-hidden">Chosen</span>
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
              {jobs.length === 0 && <p class="empty">No job is like that.</p>}
            </div>
          </div>
          {value.more && (
            <div class="row">
              <button type="button" onClick={() => setLimit(limit + PAGE)}>
                Older jobs
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

/** The newest jobs; of one status where it is not empty. */
async function newest(
  limit: number,
  status: string,
  signal: AbortSignal,
): Promise<{ jobs: Job[]; more: boolean }> {
  const jobs: Job[] = [];
  for (;;) {
    const query = {
      limit: Math.min(100, limit - jobs.length),
      after: jobs.at(-1)?.id,
      status: status === '' ? undefined : status,
    };
    const page = await client.jobs.list(query, signal);
    jobs.push(...page.data);
    if (!page.has_more || jobs.length >= limit) return { jobs, more: page.has_more };
  }
}
