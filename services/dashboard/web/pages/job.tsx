// One job: status, curves, network, events and actions.

import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { ago, compact, count, duration, label, measure, percent } from '../format.ts';
import { Actions } from '../job/actions.tsx';
import { Checkpoints } from '../job/checkpoints.tsx';
import { Confusion } from '../job/confusion.tsx';
import { Curves } from '../job/curves.tsx';
import { EvaluateCard } from '../job/evaluate.tsx';
import { Folds, foldOf } from '../job/folds.tsx';
import { ForecastCard } from '../job/forecast.tsx';
import { GenerateCard } from '../job/generate.tsx';
import { Log } from '../job/log.tsx';
import { Network } from '../job/network.tsx';
import { RequestCard } from '../job/request-card.tsx';
import { Timeline } from '../job/timeline.tsx';
import { TruthCard } from '../job/truth.tsx';
import { type FollowedJob, useJob } from '../job/use-job.ts';
import { useLoad } from '../load.ts';
import { Card, Stat } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Live, Status } from '../parts/status.tsx';
import { Warnings } from '../parts/warnings.tsx';
import type { Place } from '../router.ts';

export function JobPage({ place }: { place: Place }) {
  const followed = useJob(place.path[1] ?? '');
  const { job, error } = followed;
  if (job === null) {
    return error === null ? (
      <p class="muted" role="status">
        Loading …
      </p>
    ) : (
      <>
        <Failure error={error} />
        <p>
          <a href="#/jobs">Back to the jobs</a>
        </p>
      </>
    );
  }
  return <Shown key={job.id} followed={followed} />;
}

function Shown({ followed }: { followed: FollowedJob }) {
  const { history, log, transport, error, take } = followed;
  const job = followed.job!;
  const report = useLoad((signal) => client.models.validate(modelOf(job), signal), [job.id]);
  const dataset = useLoad((signal) => client.datasets.get(job.dataset, signal), [job.dataset]);
  const matrix = history.confusion?.val ?? history.confusion?.train ?? null;
  return (
    <>
      <div class="page-head">
        <div>
          <div class="row">
            <h1>{job.name ?? job.id}</h1>
            <Status job={job} />
          </div>
          <div class="row muted small">
            <span class="mono">{job.id}</span>
            {foldOf(job) !== null && <span>{foldOf(job)}</span>}
            <span>created {ago(job.created_at)}</span>
            <Live transport={job.terminal ? null : transport} />
          </div>
        </div>
        <Actions job={job} take={take} />
      </div>
      {job.error !== null && <div class="notice bad">{job.error.message}</div>}
      <Warnings warnings={job.warnings} />
      <Failure error={error} />
      <Numbers followed={followed} />
      <div class="columns">
        <div class="stack">
          {history.epochs.length > 0 ? (
            <Curves history={history} />
          ) : (
            <Card title="Curves">
              <p class="muted">{job.terminal ? 'No epoch was completed.' : 'Waiting for the first epoch.'}</p>
            </Card>
          )}
          {matrix !== null && (
            <Confusion
              matrix={matrix}
              labels={dataset.value?.target.labels ?? null}
              rows={history.confusion?.val === undefined ? 'Training rows' : 'Validation rows'}
            />
          )}
          <Folds job={job} />
          <TruthCard job={job} dataset={dataset.value} />
          <ForecastCard job={job} dataset={dataset.value} />
          <GenerateCard job={job} />
          <EvaluateCard job={job} />
        </div>
        <div class="stack">
          <Network report={report.value} />
          <Card title="Dataset">
            {dataset.value === null ? (
              <span class="mono">{job.dataset}</span>
            ) : (
              <p>
                <a href={`#/datasets/${job.dataset}`}>{dataset.value.name ?? job.dataset}</a>
                <br />
                <span class="muted small">{count(dataset.value.samples)} samples</span>
              </p>
            )}
          </Card>
          <Timeline job={job} history={history} />
          <Checkpoints job={job} seen={history.checkpoints.length} />
          <Log events={log} />
          <RequestCard job={job} summary={report.value?.summary ?? ''} />
        </div>
      </div>
    </>
  );
}

/** Without the initial weights, which may no longer exist, so that the model can be validated anywhere. */
function modelOf({ model }: { model: { weights?: string | undefined } & object }): never {
  const { weights: _, ...rest } = model;
  return rest as never;
}

function Numbers({ followed: { job: given, history } }: { followed: FollowedJob }) {
  const job = given!;
  const { progress, metrics } = job;
  const epoch = Math.max(progress.epoch, history.epochs.at(-1) ?? 0);
  const last = [...history.values].map(([name, values]) => [name, values.at(-1)] as const);
  const key = ['val_accuracy', 'val_loss', 'train_loss'].find((name) => history.values.has(name));
  const shown = last.find(([name]) => name === key)?.[1];
  const best = key === undefined ? undefined : metrics.best?.metrics[key];
  const ended = job.finished_at === null ? Date.now() : Date.parse(job.finished_at);
  const seconds = job.started_at === null ? null : (ended - Date.parse(job.started_at)) / 1000;
  const number = (value: number) => (key?.endsWith('accuracy') ? percent(value) : measure(value));
  return (
    <>
      <dl class="stats" style={{ margin: 0 }}>
        <Stat
          name="Epoch"
          value={`${count(epoch)} / ${count(progress.epochs)}`}
          under={percent(Math.max(progress.fraction, epoch / progress.epochs))}
        />
        {key !== undefined && shown !== undefined && shown !== null && (
          <Stat
            name={label(key)}
            value={number(shown)}
            under={
              best === undefined ? undefined : `${number(best)} at the best epoch, ${metrics.best?.epoch}`
            }
          />
        )}
        <TestStat test={metrics.test} />
        <Stat
          name={job.terminal ? 'Duration' : 'ETA'}
          value={
            job.terminal
              ? seconds === null
                ? '–'
                : duration(seconds)
              : progress.eta_seconds === null
                ? '–'
                : duration(progress.eta_seconds)
          }
          under={!job.terminal && seconds !== null ? `running for ${duration(seconds)}` : undefined}
        />
        <Stat
          name="Samples per second"
          value={compact(progress.samples_per_sec ?? history.samplesPerSecond.at(-1) ?? 0)}
          under={
            progress.running_loss === null
              ? undefined
              : `loss ${measure(Number(progress.running_loss))} in this epoch`
          }
        />
        <Stat name="Learning rate" value={measure(history.learningRate.at(-1))} />
        <Stat
          name="Parameters"
          value={compact(job.parameters)}
          under={job.device === 'auto' ? undefined : `on ${job.device}`}
        />
        {job.queue_position !== null && <Stat name="In the queue" value={job.queue_position} />}
      </dl>
      {!job.terminal && (
        <progress
          max={1}
          value={Math.max(progress.fraction, epoch / progress.epochs)}
          aria-label="Progress of the training"
        />
      )}
    </>
  );
}

/** Metrics on the test samples, available once training is over. */
function TestStat({ test }: { test: Job['metrics']['test'] }) {
  if (test === null) return null;
  const { test_loss: loss, ...others } = test.metrics;
  const [first] = Object.entries(others);
  if (first === undefined) return <Stat name="Test loss" value={measure(loss)} />;
  const [name, value] = first;
  const shown = name.endsWith('accuracy') ? percent(value) : measure(value);
  return <Stat name={label(name)} value={shown} under={`test loss ${measure(loss)}`} />;
}
