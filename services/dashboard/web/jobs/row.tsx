// One job in the list.

import type { Job } from '#contracts/jobs/job-api.ts';
import { ago, count, duration, label } from '../format.ts';
import { Sparkline } from '../parts/sparkline.tsx';
import { Status } from '../parts/status.tsx';
import { setQuery } from '../router.ts';
import { metadataTerm } from './filters.ts';
import { headline, shown } from './headline.ts';

export function Row(props: { job: Job; chosen: boolean; onChoose(id: string, on: boolean): void }) {
  const { job, chosen, onChoose } = props;
  const best = headline(job);
  const { epoch, epochs, eta_seconds: left } = job.progress;
  return (
    <tr class="link">
      <td>
        <input
          type="checkbox"
          aria-label={`Choose ${job.name ?? job.id}`}
          checked={chosen}
          onChange={(event) => onChoose(job.id, event.currentTarget.checked)}
        />
      </td>
      <td>
        <a class="name" href={`#/jobs/${job.id}`}>
          {job.name ?? job.id}
        </a>
        <Tags metadata={job.metadata} />
      </td>
      <td>
        <Status job={job} />
      </td>
      <td class="num nowrap">
        {count(epoch)} / {count(epochs)}
      </td>
      <td class="num nowrap" title={best === null ? undefined : label(best[0])}>
        {best === null ? '–' : shown(best)}
      </td>
      <td class="hide-narrow">
        <Sparkline job={job} />
      </td>
      <td class="num nowrap hide-narrow">{job.terminal || left === null ? '–' : duration(left)}</td>
      <td class="num nowrap muted hide-narrow">{ago(job.created_at)}</td>
    </tr>
  );
}

/** Metadata tags; clicking one filters by it. */
function Tags({ metadata }: { metadata: Job['metadata'] }) {
  const terms = Object.entries(metadata).map(([key, value]) => metadataTerm(key, String(value)));
  if (terms.length === 0) return null;
  return (
    <div class="tags">
      {terms.map((term) => (
        <button
          key={term}
          type="button"
          class="tag"
          title={`Only jobs with ${term}`}
          onClick={() => setQuery({ find: term })}
        >
          {term}
        </button>
      ))}
    </div>
  );
}
