// A new job: its network, its data and its training in a form or as JSON, checked by the service while it is written.

import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '#client/client.ts';
import type { Dataset, InlineDataset } from '#contracts/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { NewJob } from '#contracts/job-api.ts';
import { client } from '../api.ts';
import { EXAMPLES, exampleHref } from '../examples.ts';
import { count, shape } from '../format.ts';
import { useLoad } from '../load.ts';
import { type Draft, draftFor, problemAt } from '../new-job/draft.ts';
import { JsonEditor } from '../new-job/json-editor.tsx';
import { Layers } from '../new-job/layers.tsx';
import { beginning } from '../new-job/source.ts';
import { type Catalogs, Training } from '../new-job/training.tsx';
import { useReport } from '../new-job/use-report.ts';
import { useWarnings } from '../new-job/use-warnings.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Segmented, SelectField, TextField } from '../parts/field.tsx';
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
  const { report, details: modelDetails } = useReport(draft.model);
  const warnings = useWarnings(report !== null && typeof draft.dataset === 'string' ? draft : null);
  useEffect(() => setDraft(start), [start]);

  const change = (part: object) => {
    setRefused([]);
    setError(null);
    setDraft({ ...draft, ...part });
  };
  const others = refused.filter((it) => !it.param.startsWith('model'));
  const details = [
    ...modelDetails,
    ...(report === null ? [] : refused.filter((it) => !others.includes(it))),
    ...others,
  ];
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
      <Warnings warnings={warnings} />
      {mode === 'json' ? (
        <JsonEditor draft={draft} onChange={change} />
      ) : (
        <div class="columns">
          <Card title="Network">
            <Layers
              layers={draft.model.layers}
              catalog={catalogs.layers}
              report={report}
              details={details}
              onChange={(layers) => change({ model: { ...draft.model, layers } })}
            />
          </Card>
          <div class="stack">
            <Card title="Job">
              <TextField
                label="Name"
                value={draft.name ?? ''}
                problem={problemAt(details, 'name')}
                onInput={(name) => change({ name })}
              />
              <DatasetField draft={draft} datasets={datasets} details={details} onChange={setDraft} />
              <div class="fields">
                <TextField
                  label="Input shape"
                  value={draft.model.input.shape.join(', ')}
                  problem={problemAt(details, 'model.input', true)}
                  onInput={(text) => {
                    const sizes = text
                      .split(/[\s,×x]+/)
                      .filter(Boolean)
                      .map(Number);
                    change({ model: { ...draft.model, input: { ...draft.model.input, shape: sizes } } });
                  }}
                />
                <TextField
                  label="Seed"
                  value={String(draft.seed ?? 0)}
                  problem={problemAt(details, 'seed')}
                  onInput={(text) => change({ seed: Number(text) })}
                />
              </div>
            </Card>
            <Training
              training={draft.training}
              catalogs={catalogs}
              details={details}
              onChange={(training) => change({ training })}
            />
          </div>
        </div>
      )}
    </>
  );
}

function DatasetField(props: {
  draft: Draft;
  datasets: readonly Dataset[];
  details: readonly Detail[];
  onChange(draft: Draft): void;
}) {
  const { draft, datasets, details, onChange } = props;
  const inline = typeof draft.dataset === 'object' ? (draft.dataset as InlineDataset) : null;
  const here = datasets.find(({ id }) => id === draft.dataset);
  const options = [
    ...(inline === null
      ? []
      : [['', `${inline.name ?? 'With the request'} (${count(inline.inputs.length)} samples)`] as const]),
    ...(inline === null && here === undefined
      ? [[String(draft.dataset), String(draft.dataset)] as const]
      : []),
    ...datasets.map(({ id, name, samples }) => [id, `${name ?? id} (${count(samples)} samples)`] as const),
  ];
  return (
    <SelectField
      label="Dataset"
      hint={here === undefined ? undefined : `A sample is ${shape(here.input_shape)}`}
      problem={problemAt(details, 'dataset', true)}
      value={inline === null ? String(draft.dataset) : ''}
      options={options}
      onChange={(id) => {
        const dataset = datasets.find((it) => it.id === id);
        if (dataset !== undefined) onChange(draftFor(dataset));
      }}
    />
  );
}
