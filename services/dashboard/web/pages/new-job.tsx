// A new job: network, data and training in a form or as JSON, validated by the service while it is edited.

import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '#client/client.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { EXAMPLES, exampleHref } from '../examples.ts';
import { useLoad } from '../load.ts';
import { type Draft, elsewhere, together } from '../new-job/draft.ts';
import { JobCard } from '../new-job/job-card.tsx';
import { JsonEditor } from '../new-job/json-editor.tsx';
import { Layers } from '../new-job/layers.tsx';
import { beginning } from '../new-job/source.ts';
import { type Catalogs, Training } from '../new-job/training.tsx';
import { useCheck } from '../new-job/use-check.ts';
import { useReport } from '../new-job/use-report.ts';
import { Card } from '../parts/card.tsx';
import { Failure, Problems } from '../parts/errors.tsx';
import { Segmented } from '../parts/field.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { go, type Place } from '../router.ts';

async function loadCatalogs(signal: AbortSignal): Promise<Catalogs> {
  const kinds = ['layers', 'losses', 'optimizers', 'schedulers', 'metrics'] as const;
  const lists = await Promise.all(kinds.map((kind) => client.catalog(kind, signal)));
  return Object.fromEntries(kinds.map((kind, i) => [kind, lists[i]])) as unknown as Catalogs;
}

export function NewJobPage({ place }: { place: Place }) {
  const from = place.query.toString();
  const catalogs = useLoad(loadCatalogs, []);
  const datasets = useLoad(async (signal) => (await client.datasets.list({ limit: 100 }, signal)).data, []);
  const start = useLoad((signal) => beginning(place.query, signal), [from]);
  const failure = catalogs.error ?? datasets.error ?? start.error;
  if (catalogs.value === null || datasets.value === null || start.value === null) {
    return failure === null ? <p class="muted">Loading …</p> : <Failure error={failure} />;
  }
  const parts = { catalogs: catalogs.value, datasets: datasets.value, start: start.value };
  return <Editor key={JSON.stringify(start.value).length + from} {...parts} />;
}

function Editor(props: { catalogs: Catalogs; datasets: readonly Dataset[]; start: Draft }) {
  const { catalogs, datasets, start } = props;
  const [draft, setDraft] = useState(start);
  const [mode, setMode] = useState<'form' | 'json'>('form');
  const [refused, setRefused] = useState<readonly Detail[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const model = useReport(draft.model);
  const check = useCheck(draft);
  useEffect(() => setDraft(start), [start]);

  const replace = (next: Draft) => {
    setRefused([]);
    setError(null);
    setDraft(next);
  };
  const change = (part: object) => replace({ ...draft, ...part });
  const details = together(model.details, check.details, refused);
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      const job = await client.jobs.create(draft as unknown as NewJob);
      go(`/jobs/${job.id}`);
    } catch (failure) {
      setError(failure);
      setRefused(failure instanceof ApiError ? failure.details : []);
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <div class="page-head">
        <h1>New job</h1>
        <div class="row">
          <Segmented
            name="Editor"
            value={mode}
            options={[
              ['form', 'Form'],
              ['json', 'JSON'],
            ]}
            onChange={(value) => setMode(value)}
          />
          <button type="button" class="primary" disabled={busy} onClick={submit}>
            Train
          </button>
        </div>
      </div>
      <div class="row">
        <span class="muted small">Start from</span>
        {EXAMPLES.map((example) => (
          <a key={example.id} class="button" href={exampleHref(example.id)} title={example.about}>
            {example.title}
          </a>
        ))}
      </div>
      <Failure error={error} />
      {error === null && <Problems details={mode === 'json' ? details : elsewhere(details)} />}
      <Warnings warnings={check.report?.warnings ?? []} />
      {mode === 'json' ? (
        <JsonEditor draft={draft} onChange={replace} />
      ) : (
        <div class="columns">
          <Card title="Network">
            <Layers
              layers={draft.model.layers}
              catalog={catalogs.layers}
              report={model.report}
              details={details}
              onChange={(layers) => change({ model: { ...draft.model, layers } })}
            />
          </Card>
          <div class="stack">
            <JobCard
              draft={draft}
              datasets={datasets}
              details={details}
              report={check.report}
              onChange={change}
            />
            <Training
              training={draft.training}
              catalogs={catalogs}
              dataset={datasets.find(({ id }) => id === draft.dataset)}
              datasets={datasets}
              details={details}
              report={check.report}
              onChange={(training) => change({ training })}
            />
          </div>
        </div>
      )}
    </>
  );
}
