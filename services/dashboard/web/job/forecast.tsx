// A series from the job's dataset, continued by its model: the input rows, the forecast, and the actual values.

import type { Dataset, Preview } from '#contracts/datasets/dataset.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { useLoad } from '../load.ts';
import { Card } from '../parts/card.tsx';
import { Chart, seriesColour } from '../parts/chart.tsx';
import { Failure } from '../parts/errors.tsx';

type Series = NonNullable<Job['preprocess']['series']>;

export function ForecastCard({ job, dataset }: { job: Job; dataset: Dataset | null }) {
  const { series } = job.preprocess;
  if (series === undefined || dataset === null || job.weights.serving === null) return null;
  return <Forecast job={job} series={series} dataset={dataset} />;
}

interface Shown {
  before: number[];
  truth: number[];
  forecast: number[];
  of: string | null;
}

function Forecast({ job, series, dataset }: { job: Job; series: Series; dataset: Dataset }) {
  const [target] = series.targets;
  const { value: shown, error } = useLoad(
    async (signal): Promise<Shown | null> => {
      const rows = firstSeries(await client.datasets.preview(dataset.id, signal), series);
      const last = rows.length - series.horizon;
      if (last < series.window) return null;
      const known = rows.slice(0, last);
      const { predictions } = await client.jobs.predict(job.id, { records: known }, signal);
      const [prediction] = predictions;
      const values = (list: readonly object[]) =>
        list.map((row) => Number((row as Record<string, unknown>)[target!]));
      return {
        before: values(known.slice(-series.window)),
        truth: values(rows.slice(last)),
        forecast: values(prediction?.forecast ?? []),
        of: prediction?.series ?? null,
      };
    },
    [job.id],
  );
  if (error !== null) {
    return (
      <Card title="Forecast vs. actual">
        <Failure error={error} />
      </Card>
    );
  }
  if (shown === null) return null;
  const { before, truth, forecast, of } = shown;
  const gap = (length: number) => new Array<null>(length).fill(null);
  // Both lines start at the last known value.
  const joined = (after: readonly number[]) => [...gap(before.length - 1), before.at(-1)!, ...after];
  const x = Array.from({ length: before.length + series.horizon }, (_, i) => i - before.length + 1);
  return (
    <Card
      title="Forecast vs. actual"
      actions={
        <span class="muted small">
          {target}
          {of === null ? '' : ` of ${of}`}, among the first rows of the dataset
        </span>
      }
    >
      <Chart
        title="Forecast vs. actual"
        xName="Row"
        x={x}
        curves={[
          { name: 'Before', values: [...before, ...gap(series.horizon)], colour: seriesColour(0) },
          { name: 'Truth', values: joined(truth), colour: seriesColour(2) },
          { name: 'Forecast', values: joined(forecast), colour: seriesColour(1), dashed: true },
        ]}
      />
    </Card>
  );
}

/** The rows of the first series, as records. */
function firstSeries({ columns, rows }: Preview, { id }: Series): Record<string, unknown>[] {
  const records = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  return id === null ? records : records.filter((record) => record[id] === records[0]?.[id]);
}
