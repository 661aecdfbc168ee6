// The live job list, filtered and sorted as the URL says.

import { useEffect, useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { Bulk } from '../jobs/bulk.tsx';
import { FilterRow } from '../jobs/filter-row.tsx';
import { type Filters, filtersOf, isFiltered, queryOf } from '../jobs/filters.ts';
import { NoJobs } from '../jobs/no-jobs.tsx';
import { JobTable } from '../jobs/table.tsx';
import { useLoad } from '../load.ts';
import { Failure } from '../parts/errors.tsx';
import type { Place } from '../router.ts';

const PAGE = 50;
const MOST_A_REQUEST = 100;

export function Jobs({ place }: { place: Place }) {
  const filters = filtersOf(place.query);
  const asked = JSON.stringify(filters);
  const [limit, setLimit] = useState(PAGE);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<unknown>(null);
  const list = useLoad((signal) => load(limit, filters, signal), [limit, asked], 2_000);
  const { value, error, reload } = list;
  useEffect(() => {
    setChosen(new Set());
    setLimit(PAGE);
  }, [asked]);

  if (value === null) return error === null ? <p class="muted">Loading …</p> : <Failure error={error} />;
  const picked = value.jobs.filter(({ id }) => chosen.has(id));
  const done = (problem: Error | null) => {
    setFailure(problem);
    setChosen(new Set());
    reload();
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
      {value.jobs.length === 0 && !isFiltered(value.filters) && !isFiltered(filters) ? (
        <NoJobs />
      ) : (
        <>
          <div class="row">
            <FilterRow filters={filters} />
            {picked.length > 0 && <Bulk chosen={picked} onDone={done} />}
          </div>
          <div class="card flush">
            <div class="scroll">
              {value.jobs.length > 0 ? (
                <JobTable jobs={value.jobs} chosen={chosen} onChoose={setChosen} />
              ) : (
                <p class="empty" role="status">
                  No job matches
                  {value.filters.sort.endsWith('created_at') ? '' : ' and has a value to sort by'}.
                </p>
              )}
            </div>
          </div>
          {value.more && (
            <div class="row">
              <button type="button" onClick={() => setLimit(limit + PAGE)}>
                More jobs
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

interface Listed {
  jobs: Job[];
  more: boolean;
  /** The filters they were requested with. */
  filters: Filters;
}

/** The first `limit` jobs that match the filters. */
async function load(limit: number, filters: Filters, signal: AbortSignal): Promise<Listed> {
  const jobs: Job[] = [];
  for (;;) {
    const page = { limit: Math.min(MOST_A_REQUEST, limit - jobs.length), after: jobs.at(-1)?.id };
    const { data, has_more: more } = await client.jobs.list({ ...queryOf(filters), ...page }, signal);
    jobs.push(...data);
    if (!more || jobs.length >= limit) return { jobs, more, filters };
  }
}
