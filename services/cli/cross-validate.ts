// epochd train --folds K: waits for the jobs of a cross-validation, and prints every fold's metrics with their mean and standard
// deviation.

import type { CrossValidation, Spread } from '#contracts/jobs/cross-validation.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { formatTable } from './terminal/table.ts';
import { formatNumber } from './terminal/words.ts';

/** Long-polling timeout in seconds, and so the interval at which progress is shown. */
const WAIT = 5;

/** The folds replace the job's own validation data; only its `stratify` is kept. @throws the service's errors */
export async function createFolds(
  { client }: CliContext,
  body: NewJob,
  folds: number,
): Promise<CrossValidation> {
  const { validation_split: _, validation, ...training } = body.training;
  const { stratify } = validation ?? {};
  return client.crossValidations.create({
    ...body,
    training: { ...training, ...(stratify === undefined ? {} : { validation: { stratify } }) },
    folds,
  });
}

/** Waits for all folds. Ctrl-C leaves them running. @returns the exit code */
export async function watchFolds(context: CliContext, created: CrossValidation): Promise<number> {
  const { client, screen, json } = context;
  const signal = context.interruptible();
  let now = created;
  try {
    while (now.status === 'running') {
      now = await client.crossValidations.get(now.id, { wait: WAIT, signal });
      screen.progress(now.jobs.filter(({ status }) => isTerminal(status)).length, now.folds, '  folds');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.done();
    screen.line(
      `the folds keep running; see them with: epochd job ${now.jobs.map(({ id }) => id).join(' ')}`,
    );
    return EXIT.detached;
  }
  screen.done();
  if (json) context.emit(now);
  else for (const line of linesOf(now)) screen.line(line);
  if (now.status === 'cancelled') return EXIT.jobCancelled;
  return now.status === 'succeeded' ? EXIT.ok : EXIT.jobFailed;
}

type Shown = Pick<CrossValidation, 'folds' | 'folds_measured' | 'jobs' | 'metrics'>;

export function linesOf({ folds, folds_measured, jobs, metrics: spread }: Shown): string[] {
  const names = Object.keys(spread);
  const cell = (value: number | null | undefined) => (value == null ? '' : formatNumber(value));
  const rows = jobs.map(({ fold, id, status, metrics }) => [
    fold,
    id,
    status,
    ...names.map((name) => (status === 'succeeded' ? cell(metrics[name]) : '')),
  ]);
  const of = (part: keyof Spread) => ['', '', part, ...names.map((name) => cell(spread[name]![part]))];
  const failed = jobs.filter(({ status }) => status !== 'succeeded');
  return [
    ...formatTable(['fold', 'job', 'status', ...names], [...rows, of('mean'), of('std')]),
    ...(folds_measured === folds ? [] : [`mean and std are over ${folds_measured} of ${folds} folds`]),
    ...failed.map(
      ({ fold, status, error }) => `fold ${fold} ${status}${error === null ? '' : `: ${error.message}`}`,
    ),
    ...(jobs.length === folds ? [] : [`deleted folds: ${folds - jobs.length}`]),
  ];
}
