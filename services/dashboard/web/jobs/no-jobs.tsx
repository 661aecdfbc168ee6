// The empty state of the job list: examples that can be trained with one click, or opened first.

import { useState } from 'preact/hooks';
import { client } from '../api.ts';
import { EXAMPLES, type ExampleJob, exampleHref } from '../examples.ts';
import { Empty } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { go } from '../router.ts';

export function NoJobs() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const train = async (example: ExampleJob) => {
    setBusy(true);
    setError(null);
    try {
      go(`/jobs/${(await client.jobs.create(example.make())).id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Empty title="No jobs yet">
      <p>A job trains one network on one dataset. These come with their own data and finish in seconds:</p>
      <Failure error={error} />
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li key={example.id}>
            <h3>{example.title}</h3>
            <p class="small">{example.about}</p>
            <div class="row">
              <button
                type="button"
                class="primary"
                disabled={busy}
                aria-label={`Train ${example.title}`}
                onClick={() => train(example)}
              >
                Train
              </button>
              <a class="button" href={exampleHref(example.id)} aria-label={`Look first at ${example.title}`}>
                Look first
              </a>
            </div>
          </li>
        ))}
      </ul>
      <p class="small">
        or <a href="#/datasets">upload a dataset of your own</a>, or try the{' '}
        <a href="#/playground">playground</a>
      </p>
    </Empty>
  );
}
