// Prompt for an API key, shown if the service requires one.

import { useState } from 'preact/hooks';
import { keepKey } from './api.ts';
import { Card } from './parts/card.tsx';
import { Field } from './parts/field.tsx';

export function KeyPage({ onKey }: { onKey(): void }) {
  const [key, setKey] = useState('');
  const enter = (event: Event) => {
    event.preventDefault();
    keepKey(key.trim());
    onKey();
  };
  return (
    <Card title="This service requires a key">
      <p class="muted">The value of EPOCHD_API_KEY. It is kept until this tab is closed.</p>
      <form class="stack" onSubmit={enter}>
        <Field label="API key">
          {(control) => (
            <input
              {...control}
              type="password"
              value={key}
              onInput={(event) => setKey(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="row">
          <button type="submit" class="primary" disabled={key.trim() === ''}>
            Continue
          </button>
        </div>
      </form>
    </Card>
  );
}
