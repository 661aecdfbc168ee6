// Predictions with a trained network: from a form of the dataset's columns, a drawing, or the raw numbers of a sample.

import { useEffect, useState } from 'preact/hooks';
import type { Dataset, Preview } from '#contracts/datasets/dataset.ts';
import type { Job, Prediction, PredictRequest } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { imageShape } from '../dataset/images.tsx';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Field, SelectField, TextField } from '../parts/field.tsx';
import { Answer } from '../predict/answer.tsx';
import { askedColumns, valueOfCell } from '../predict/columns.ts';
import { DrawCanvas } from '../predict/draw-canvas.tsx';
import { FileRows } from '../predict/file-rows.tsx';
import { SeriesRows } from '../predict/series-rows.tsx';
import type { Place } from '../router.ts';

interface Loaded {
  job: Job;
  dataset: Dataset;
  preview: Preview;
}

export function PredictPage({ place }: { place: Place }) {
  const id = place.path[1] ?? '';
  const { value, error } = useLoad(
    async (signal): Promise<Loaded> => {
      const job = await client.jobs.get(id, { signal });
      const [dataset, preview] = await Promise.all([
        client.datasets.get(job.dataset, signal),
        client.datasets.preview(job.dataset, signal),
      ]);
      return { job, dataset, preview };
    },
    [id],
  );
  if (value === null) return error === null ? <p class="muted">Loading …</p> : <Failure error={error} />;
  return <Ask {...value} />;
}

/** The answer to the latest request; replies to earlier ones are dropped. */
function useAnswer(job: Job, request: PredictRequest | null) {
  const [prediction, setPrediction] = useState<Prediction | null>(null);
  const [error, setError] = useState<unknown>(null);
  const text = request === null ? null : JSON.stringify(request);
  useEffect(() => {
    if (text === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.jobs.predict(job.id, JSON.parse(text), stop.signal).then(
        ({ predictions }) => {
          setPrediction(predictions[0] ?? null);
          setError(null);
        },
        (failure: unknown) => {
          if (!stop.signal.aborted) setError(failure);
        },
      );
    }, 120);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [job.id, text]);
  return { prediction, error };
}

function Ask({ job, dataset, preview }: Loaded) {
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Predict with {job.name ?? job.id}</h1>
          <a class="small" href={`#/jobs/${job.id}`}>
            Back to the job
          </a>
        </div>
      </div>
      {job.preprocess.series === undefined ? (
        <AskRow job={job} dataset={dataset} preview={preview} />
      ) : (
        <SeriesRows job={job} />
      )}
    </>
  );
}

function AskRow({ job, dataset, preview }: Loaded) {
  const [request, setRequest] = useState<PredictRequest | null>(null);
  const { prediction, error } = useAnswer(job, request);
  const image = dataset.features === null ? imageShape(dataset.input_shape) : null;
  return (
    <>
      <div class="halves">
        {dataset.features !== null ? (
          <ColumnsForm dataset={dataset} preview={preview} onRow={(row) => setRequest({ records: [row] })} />
        ) : image !== null ? (
          <Card title="Draw">
            <DrawCanvas
              shape={image}
              low={dataset.input_range.min}
              high={dataset.input_range.max}
              onDrawn={(drawn) =>
                setRequest({ inputs: [dataset.input_shape.length === 2 ? drawn[0] : drawn] })
              }
            />
            <p class="muted small">
              Strokes are made {image.width} × {image.height}, the input size of the network.
            </p>
          </Card>
        ) : (
          <NumbersForm preview={preview} onInputs={(inputs) => setRequest({ inputs })} />
        )}
        <Card title="Answer">
          {prediction === null ? (
            <p class="muted">{image === null ? 'Waiting for the first row.' : 'Draw something.'}</p>
          ) : (
            <Answer prediction={prediction} labels={dataset.target.labels} />
          )}
          <Failure error={error} />
        </Card>
      </div>
      {dataset.features !== null && <FileRows jobId={job.id} dataset={dataset} />}
    </>
  );
}

function ColumnsForm(props: {
  dataset: Dataset;
  preview: Preview;
  onRow(row: Record<string, unknown>): void;
}) {
  const { dataset, preview, onRow } = props;
  const first = (row: number) =>
    Object.fromEntries(
      askedColumns(dataset).map((name) => [
        name,
        String(preview.rows[row]?.[preview.columns.indexOf(name)] ?? ''),
      ]),
    );
  const [cells, setCells] = useState<Record<string, string>>(() => first(0));
  const [sample, setSample] = useState(0);
  useEffect(() => {
    onRow(
      Object.fromEntries(
        Object.entries(cells).map(([name, text]) => [name, valueOfCell(dataset, name, text)]),
      ),
    );
  }, [cells]);
  const next = () => {
    const row = (sample + 1) % preview.rows.length;
    setSample(row);
    setCells(first(row));
  };
  return (
    <Card
      title="One row"
      actions={
        <button type="button" onClick={next}>
          Another row of the dataset
        </button>
      }
    >
      <div class="fields">
        {askedColumns(dataset).map((name) => {
          const categories = dataset.columns?.find((column) => column.name === name)?.categories;
          const field = { key: name, label: name, value: cells[name] ?? '' };
          const set = (text: string) => setCells({ ...cells, [name]: text });
          if (categories === undefined) return <TextField {...field} onInput={set} />;
          const options = categories.map((it) => [it, it === '' ? '(empty)' : it] as const);
          return <SelectField {...field} options={options} onChange={set} />;
        })}
      </div>
    </Card>
  );
}

function NumbersForm({ preview, onInputs }: { preview: Preview; onInputs(inputs: unknown[]): void }) {
  const [text, setText] = useState(() => JSON.stringify(preview.rows[0]?.[0] ?? []));
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    try {
      onInputs([JSON.parse(text)]);
      setProblem(undefined);
    } catch (error) {
      setProblem((error as Error).message);
    }
  }, [text]);
  return (
    <Card title="One sample">
      <Field label="Its numbers, as JSON" problem={problem}>
        {(control) => (
          <textarea
            {...control}
            rows={10}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
    </Card>
  );
}
