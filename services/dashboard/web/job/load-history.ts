// The history of a job that is not followed.

import { client } from '../api.ts';
import { addEvent, emptyHistory, type History } from '../history.ts';

/** Everything that a job has told so far. */
export async function loadHistory(id: string, signal: AbortSignal): Promise<History> {
  const history = emptyHistory();
  const job = await client.jobs.get(id, { signal });
  for (;;) {
    const page = await client.jobs.log(id, { after: history.lastSeq, limit: 1_000 }, signal);
    for (const event of page.data) addEvent(history, event);
    if (!page.has_more || history.lastSeq >= job.last_seq) return history;
  }
}
