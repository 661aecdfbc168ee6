// What the list says while it is empty.

import { EXAMPLES, exampleHref } from '../examples.ts';
import { Empty } from '../parts/card.tsx';

export function NoJobs() {
  return (
    <Empty title="No jobs yet">
      <p>A job trains one network on one dataset. Start with an example and change what you like:</p>
      <div class="row">
        {EXAMPLES.map((example) => (
          <a key={example.id} class="button" href={exampleHref(example.id)}>
            {example.title}
          </a>
        ))}
      </div>
      <p class="small">
        or <a href="#/datasets">upload a dataset of your own</a>, or try the{' '}
        <a href="#/playground">playground</a>
      </p>
    </Empty>
  );
}
