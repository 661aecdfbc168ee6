// A job's request, in the language that the user picks.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { tell } from '../parts/ask.tsx';
import { Card } from '../parts/card.tsx';
import { Segmented } from '../parts/field.tsx';
import { ScrollText } from '../parts/scroll.tsx';
import { asCurl, asPython, asTorch, asTypeScript } from './code.ts';
import { requestOf } from './request.ts';

type Language = 'json' | 'curl' | 'python' | 'typescript' | 'torch';

export function RequestCard({ job, summary }: { job: Job; summary: string }) {
  const [language, setLanguage] = useState<Language>('json');
  const request = requestOf(job);
  const { origin } = location;
  const text = {
    json: () => JSON.stringify(request, null, 2),
    curl: () => asCurl(origin, request),
    python: () => asPython(origin, request),
    typescript: () => asTypeScript(origin, request),
    torch: () => asTorch(request, summary),
  }[language]();
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    tell('Copied');
  };
  return (
    <Card
      title="Request"
      actions={
        <button type="button" onClick={copy}>
          Copy
        </button>
      }
    >
      <div class="scroll">
        <Segmented
          name="Language"
          value={language}
          options={[
            ['json', 'JSON'],
            ['curl', 'curl'],
            ['python', 'Python'],
            ['typescript', 'TypeScript'],
            ['torch', 'torch'],
          ]}
          onChange={(value) => setLanguage(value)}
        />
      </div>
      <ScrollText style={{ maxHeight: '420px' }}>{text}</ScrollText>
    </Card>
  );
}
