// Where a new job's initial values come from: an example, an earlier job, a dataset, the playground, or nothing.

import type { NewJob } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { EXAMPLES } from '../examples.ts';
import { requestOf } from '../job/request.ts';
import { type Draft, draftFor, draftOf } from './draft.ts';

const HANDED_OVER = 'epochd-draft';

/** Hands a request from another page over to the editor. */
export function handOver(request: NewJob): void {
  sessionStorage.setItem(HANDED_OVER, JSON.stringify(request));
}

export async function beginning(query: URLSearchParams, signal: AbortSignal): Promise<Draft> {
  const [from, dataset, example] = [query.get('from'), query.get('dataset'), query.get('example')];
  if (from === 'page') {
    const text = sessionStorage.getItem(HANDED_OVER);
    if (text !== null) return draftOf(JSON.parse(text) as NewJob);
  } else if (from !== null) {
    const job = await client.jobs.get(from, { signal });
    return draftOf({ ...requestOf(job), name: `${job.name ?? 'job'} again` });
  }
  if (dataset !== null) return draftFor(await client.datasets.get(dataset, signal));
  return draftOf((EXAMPLES.find(({ id }) => id === example) ?? EXAMPLES[0]!).make());
}
