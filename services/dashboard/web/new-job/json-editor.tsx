// The request as editable JSON. Inline data is too long to edit, so it is omitted from the text.

import { useState } from 'preact/hooks';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import { Card } from '../parts/card.tsx';
import { Field } from '../parts/field.tsx';
import { type Draft, draftOf } from './draft.ts';

const INLINE = '(as it is in the form)';

export function JsonEditor({ draft, onChange }: { draft: Draft; onChange(draft: Draft): void }) {
  const inline = typeof draft.dataset === 'object';
  const [text, setText] = useState(() =>
    JSON.stringify({ ...draft, dataset: inline ? INLINE : draft.dataset }, null, 2),
  );
  const [problem, setProblem] = useState<string>();
  const edit = (given: string) => {
    setText(given);
    try {
      const parsed = JSON.parse(given) as NewJob;
      const dataset = (parsed.dataset as unknown) === INLINE ? draft.dataset : parsed.dataset;
      onChange({ ...draftOf(parsed), dataset });
      setProblem(undefined);
    } catch (error) {
      const isJson = !(error instanceof SyntaxError);
      setProblem(isJson ? 'a job has model.layers, dataset and training' : (error as Error).message);
    }
  };
  return (
    <Card title="Request">
      <Field label="POST /jobs" problem={problem}>
        {(control) => (
          <textarea
            {...control}
            rows={32}
            spellcheck={false}
            value={text}
            onInput={(event) => edit(event.currentTarget.value)}
          />
        )}
      </Field>
    </Card>
  );
}
