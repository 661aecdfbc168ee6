// epochd train --folds K: the same job K times, each with another fold of the rows held out, and what that says of the model:
// every fold's values, and their mean and standard deviation. The jobs are like all others; `metadata.cross_validation` finds them.

import { randomBytes } from 'node:crypto';
import { isTerminal } from '#contracts/job.ts';
import type { Job, NewJob } from '#contracts/job-api.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { formatTable } from './terminal/table.ts';
import { formatNumber } from './terminal/words.ts';

/** Seconds that one request waits for the end of a job. */
const WAIT = 30;

export interface Spread {
  readonly mean: number;
  /** Of the sample: over one less than there are. Null where there is one value. */
  readonly std: number | null;
}

export interface FoldSummary {
  readonly id: string;
  readonly fold: number;
  readonly status: Job['status'];
  readonly error: string | null;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The jobs of all folds; where one is refused, those before it are cancelled. @throws what the service says */
export async function createFolds({ client }: CliContext, body: NewJob, folds: number): Promise<Job[]> {
  const jobs: Job[] = [];
  const group = `cv_${randomBytes(8).toString('hex')}`;
  const { validation_split: _, ...training } = body.training;
  const { stratify } = training.validation ?? {};
  try {
    for (let fold = 1; fold <= folds; fold++) {
      const job = await client.jobs.create({
        ...body,
        ...(body.name === undefined ? {} : { name: `${body.name}, fold ${fold} of ${folds}` }),
        training: {
          ...training,
          validation: { fold, folds, ...(stratify === undefined ? {} : { stratify }) },
        },
        metadata: { ...body.metadata, cross_validation: group, fold: String(fold) },
      });
      jobs.push(job);
    }
  } catch (error) {
    await Promise.allSettled(jobs.map(({ id }) => client.jobs.cancel(id)));
    throw error;
  }
  return jobs;
}

/** Waits for all of them. Ctrl-C leaves them running. @returns the exit code */
export async function watchFolds(context: CliContext, created: readonly Job[]): Promise<number> {
  const { client, screen, json } = context;
  const signal = context.interruptible();
  const folds: FoldSummary[] = [];
  try {
    for (const [i, { id }] of created.entries()) {
      let job = await client.jobs.get(id, { wait: WAIT, signal });
      while (!isTerminal(job.status)) job = await client.jobs.get(id, { wait: WAIT, signal });
      folds.push(summaryOf(job, i + 1));
      screen.progress(i + 1, created.length, '  folds');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.done();
    screen.line(`the folds go on: epochd job ${created.map(({ id }) => id).join(' ')}`);
    return EXIT.detached;
  }
  screen.done();
  const spread = spreadOf(folds);
  if (json) context.emit({ object: 'cross_validation', folds, metrics: spread });
  else for (const line of linesOf(folds, spread)) screen.line(line);
  return folds.every(({ status }) => status === 'succeeded') ? EXIT.ok : EXIT.jobFailed;
}

/** What its kept weights gave on the rows of its fold. */
function summaryOf({ id, status, error, weights, metrics }: Job, fold: number): FoldSummary {
  const measured = weights.serving === 'best' ? metrics.best : metrics.latest;
  const held = Object.entries(measured?.metrics ?? {}).filter(([name]) => name.startsWith('val_'));
  return { id, fold, status, error: error?.message ?? null, metrics: Object.fromEntries(held) };
}

/** Over the folds that succeeded, of every value that all of those have. */
export function spreadOf(folds: readonly FoldSummary[]): Record<string, Spread> {
  const done = folds.filter(({ status }) => status === 'succeeded');
  const names = Object.keys(done[0]?.metrics ?? {}).filter((name) =>
    done.every(({ metrics }) => metrics[name] !== undefined),
  );
  return Object.fromEntries(
    names.map((name) => {
      const values = done.map(({ metrics }) => metrics[name]!);
      const mean = values.reduce((sum, value) => sum + value / values.length, 0);
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return [name, { mean, std: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)) }];
    }),
  );
}

export function linesOf(folds: readonly FoldSummary[], spread: Readonly<Record<string, Spread>>): string[] {
  const names = Object.keys(spread);
  const cell = (value: number | null | undefined) => (value == null ? '' : formatNumber(value));
  const rows = folds.map(({ fold, id, status, metrics }) => [
    fold,
    id,
    status,
    ...names.map((name) => (status === 'succeeded' ? cell(metrics[name]) : '')),
  ]);
  const of = (part: keyof Spread) => ['', '', part, ...names.map((name) => cell(spread[name]![part]))];
  const failed = folds.filter(({ status }) => status !== 'succeeded');
  return [
    ...formatTable(['fold', 'job', 'status', ...names], [...rows, of('mean'), of('std')]),
    ...(failed.length === 0
      ? []
      : [`mean and std are over ${folds.length - failed.length} of ${folds.length} folds`]),
    ...failed.map(({ fold, status, error }) => `fold ${fold} ${status}${error === null ? '' : `: ${error}`}`),
  ];
}
