// Text generation with a language model: a prompt, and the tokens as they stream in.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Generation } from '#contracts/jobs/generate.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { count } from '../format.ts';
import { useLoad } from '../load.ts';
import { NumberField } from '../new-job/number-field.tsx';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { TextField } from '../parts/field.tsx';

/** Whether the job trains a language model: only those see a text in windows. */
const generates = ({ preprocess }: Pick<Job, 'preprocess'>): boolean => preprocess.context !== undefined;

export function GenerateCard({ job }: { job: Job }) {
  if (!generates(job) || !job.terminal || job.weights.serving === null) return null;
  return <Generate job={job} />;
}

type Asked = Record<'max_tokens' | 'temperature' | 'seed', number | string | undefined>;

function Generate({ job }: { job: Job }) {
  const [typed, setTyped] = useState<string | null>(null);
  // Default prompt: the first words of the training text, whose characters the model is sure to know.
  const preview = useLoad((signal) => client.datasets.preview(job.dataset, signal), [job.dataset]);
  const prompt = typed ?? firstWords(preview.value?.rows[0]?.[0]);
  const [asked, setAsked] = useState<Asked>({ max_tokens: 300, temperature: 0.8, seed: 0 });
  const [text, setText] = useState('');
  const [whole, setWhole] = useState<Generation | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const writing = useRef<AbortController | null>(null);
  useEffect(() => () => writing.current?.abort(), []);

  const run = async () => {
    const stop = new AbortController();
    writing.current = stop;
    setBusy(true);
    setError(null);
    setWhole(null);
    let written = prompt;
    setText(written);
    const said = Object.entries(asked).filter(([, value]) => value !== undefined);
    const request = { prompt, ...Object.fromEntries(said) } as never;
    try {
      for await (const message of client.jobs.tokens(job.id, request, { signal: stop.signal })) {
        written += message.object === 'generation' ? message.rest : message.text;
        if (message.object === 'generation') setWhole(message);
        setText(written);
      }
    } catch (failure) {
      if (!stop.signal.aborted) setError(failure);
    }
    setBusy(false);
  };
  const field = (name: keyof Asked, label: string) => (
    <NumberField
      label={label}
      value={asked[name]}
      problem={undefined}
      onChange={(value) => setAsked({ ...asked, [name]: value })}
    />
  );
  return (
    <Card title="Generate">
      <TextField label="Prompt" value={prompt} onInput={setTyped} />
      <div class="row">
        {field('max_tokens', 'Tokens')}
        {field('temperature', 'Temperature')}
        {field('seed', 'Seed')}
      </div>
      <div class="row">
        <button type="button" class="primary" disabled={busy} onClick={run}>
          Generate
        </button>
        {busy && (
          <button type="button" onClick={() => writing.current?.abort()}>
            Stop
          </button>
        )}
      </div>
      <Failure error={error} />
      {text !== '' && error === null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and is scrolled by keys
        <section class="written" aria-label="Generated text" aria-live="polite" aria-busy={busy} tabIndex={0}>
          {text}
        </section>
      )}
      {whole !== null && <p class="muted small">{summary(whole)}</p>}
    </Card>
  );
}

function firstWords(text: unknown): string {
  return typeof text === 'string' ? text.slice(0, 24).replace(/\S*$/, '') : '';
}

function summary({ tokens, prompt_tokens, finish_reason, warnings }: Generation): string {
  const ended = finish_reason === 'stop' ? ', up to a stop text' : '';
  const said = warnings.map(({ message }) => `. Note: ${message}`).join('');
  return `${count(tokens)} tokens generated after ${count(prompt_tokens)} of the prompt${ended}${said}`;
}
