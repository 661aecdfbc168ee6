// Evaluates a trained network on any dataset of matching shape: all metrics, and a confusion matrix for classifiers.

import { useState } from 'preact/hooks';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Evaluation } from '#contracts/jobs/evaluation.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { count, label, measure, percent } from '../format.ts';
import { useLoad } from '../load.ts';
import { Card, Stat } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { SelectField } from '../parts/field.tsx';
import { Confusion } from './confusion.tsx';

const OFFERED = 100;

const sameShape = (a: readonly number[], b: readonly number[]) => a.join() === b.join();

export function EvaluateCard({ job }: { job: Job }) {
  const { value } = useLoad((signal) => client.datasets.list({ limit: OFFERED }, signal), [job.id]);
  const fitting = (value?.data ?? []).filter((it) => sameShape(it.input_shape, job.model.input.shape));
  if (!job.terminal || job.weights.serving === null || fitting.length === 0) return null;
  return <Evaluate job={job} datasets={fitting} />;
}

function Evaluate({ job, datasets }: { job: Job; datasets: readonly Dataset[] }) {
  const [chosen, setChosen] = useState(
    datasets.some(({ id }) => id === job.dataset) ? job.dataset : datasets[0]!.id,
  );
  const [result, setResult] = useState<Evaluation | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    setResult(null);
    await client.jobs.evaluate(job.id, { dataset: chosen }).then(setResult, setError);
    setBusy(false);
  };
  const labels = result?.classes?.map(({ label: name, class: index }) => name ?? String(index)) ?? null;
  return (
    <>
      <Card title="Evaluate on a dataset">
        <SelectField
          label="Dataset to evaluate on"
          value={chosen}
          options={datasets.map(
            ({ id, name, samples }) => [id, `${name ?? id} (${count(samples)} samples)`] as const,
          )}
          onChange={setChosen}
        />
        <div class="row">
          <button type="button" disabled={busy} onClick={run}>
            Measure
          </button>
          {chosen === job.dataset && (
            <span class="muted small">It was trained on most of these samples.</span>
          )}
        </div>
        <Failure error={error} />
        {result !== null && <Figures result={result} />}
      </Card>
      {result !== null && result.confusion_matrix !== null && (
        <Confusion matrix={result.confusion_matrix} labels={labels} rows="The evaluated dataset" />
      )}
    </>
  );
}

function Figures({ result }: { result: Evaluation }) {
  const { metrics, nonfinite, roc_auc: auc, average_precision: precision, samples } = result;
  const shown = (name: string, value: number) =>
    /accuracy|precision|recall|f1|top/.test(name) ? percent(value) : measure(value);
  return (
    <dl class="stats" style={{ margin: 0 }} aria-label="Figures">
      <Stat name="Samples" value={count(samples)} />
      {Object.entries(metrics).map(([name, value]) => (
        <Stat key={name} name={label(name)} value={shown(name, value)} />
      ))}
      {Object.entries(nonfinite).map(([name, value]) => (
        <Stat key={name} name={label(name)} value={value} />
      ))}
      {auc !== null && <Stat name="ROC AUC" value={measure(auc)} />}
      {precision !== null && <Stat name="Average precision" value={measure(precision)} />}
    </dl>
  );
}
