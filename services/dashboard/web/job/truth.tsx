// Predictions of a trained regression model against the true values, one point per row.

import { useState } from 'preact/hooks';
import type { Dataset, Preview } from '#contracts/datasets/dataset.ts';
import type { Job, PredictRequest } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { measure } from '../format.ts';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { askedColumns, valueOfCell } from '../predict/columns.ts';

interface Pair {
  truth: number;
  said: number;
}

function rowsOf(preview: Preview, dataset: Dataset): { request: PredictRequest; truths: number[] } {
  const target =
    dataset.features === null
      ? preview.columns.indexOf('targets')
      : preview.columns.indexOf(dataset.target.name ?? '');
  const truths = preview.rows.map((row) => Number(row[target]));
  if (dataset.features === null) return { request: { inputs: preview.rows.map((row) => row[0]) }, truths };
  const features = askedColumns(dataset);
  const records = preview.rows.map((row) =>
    Object.fromEntries(
      features.map((name) => [
        name,
        valueOfCell(dataset, name, String(row[preview.columns.indexOf(name)] ?? '')),
      ]),
    ),
  );
  return { request: { records }, truths };
}

/** Shown only if the job learns a single number per row and its model is available. */
export function TruthCard({ job, dataset }: { job: Job; dataset: Dataset | null }) {
  const oneNumber =
    dataset !== null &&
    dataset.target.shape.length === 0 &&
    !/CrossEntropy|NLL|BCE/.test(job.training.loss.type);
  if (!oneNumber || job.preprocess.series !== undefined || job.status !== 'succeeded') return null;
  return <Truth job={job} dataset={dataset} />;
}

function Truth({ job, dataset }: { job: Job; dataset: Dataset }) {
  const { value: pairs, error } = useLoad(
    async (signal): Promise<Pair[]> => {
      const { request, truths } = rowsOf(await client.datasets.preview(dataset.id, signal), dataset);
      const { predictions } = await client.jobs.predict(job.id, request, signal);
      return predictions
        .map(({ output }, i) => ({ truth: truths[i]!, said: Number([output].flat(9)[0]) }))
        .filter(({ truth, said }) => Number.isFinite(truth) && Number.isFinite(said));
    },
    [job.id],
  );
  const [near, setNear] = useState<Pair | null>(null);
  if (error !== null) {
    return (
      <Card title="Predicted vs. actual">
        <Failure error={error} />
      </Card>
    );
  }
  if (pairs === null || pairs.length === 0) return null;
  const all = pairs.flatMap(({ truth, said }) => [truth, said]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const at = (value: number) => 6 + (88 * (value - low)) / (high - low || 1);
  return (
    <Card
      title="Predicted vs. actual"
      actions={<span class="muted small">{pairs.length} rows of the dataset</span>}
    >
      <svg class="scatter" viewBox="0 0 100 100" role="img" aria-label="Predicted value over true value">
        <line x1="6" y1="94" x2="94" y2="6" stroke="var(--line)" stroke-width="0.6" />
        {pairs.map((pair, i) => (
          <circle
            key={i}
            cx={at(pair.truth)}
            cy={100 - at(pair.said)}
            r="1.1"
            fill="var(--series-1)"
            fill-opacity="0.75"
            onPointerEnter={() => setNear(pair)}
          />
        ))}
      </svg>
      <p class="muted small">
        {near === null
          ? `Actual values from left to right, predicted from bottom to top, ${measure(low)} to ${measure(high)}; on the line, both are equal.`
          : `Actual ${measure(near.truth)}, predicted ${measure(near.said)}`}
      </p>
    </Card>
  );
}
