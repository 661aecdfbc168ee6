// What an example is: a job as it is posted, and what is asked of the network that comes out of it.

import type { z } from 'zod';
import { ApiError, type Client } from '#client/client.ts';
import type { Job, JobRequest, Prediction } from '#contracts/job-api.ts';
import { drawCurve } from '../services/cli/terminal/chart.ts';
import type { Screen } from '../services/cli/terminal/screen.ts';
import { refusal } from './refusal.ts';
import { watch } from './screen/watch.ts';
import { Stop } from './service.ts';

export interface Example {
  /** One line, for the list. */
  about: string;
  /** The body of POST /jobs. */
  job: z.input<typeof JobRequest>;
  /** Asks the trained network, shows what it says, and judges it by what it has never seen. */
  show(trained: Trained): Promise<Verdict>;
}

export interface Trained {
  job: Job;
  screen: Screen;
  /** POST /jobs/{id}/predict: one prediction for each of the inputs. */
  predict(inputs: unknown[]): Promise<Prediction[]>;
}

export interface Verdict {
  /** What was measured: "Accuracy on 200 digits it has never seen". */
  what: string;
  value: number;
  /** The same of something that has learned nothing, and what that is: "always the same answer". */
  baseline: number;
  of: string;
}

export const accuracy = (predictions: readonly Prediction[], targets: readonly unknown[]): number =>
  predictions.filter((prediction, i) => prediction.class === targets[i]).length / targets.length;

/** The root of the mean squared error of a network that gives one number. */
export const rootMeanSquare = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

export const numberOf = ({ output }: Prediction): number => Number([output].flat(9)[0]);

/** Posts the job, shows its epochs as they come, then what it has learned. */
export async function run({ job: request, show }: Example, client: Client, screen: Screen): Promise<Verdict> {
  const created = await client.jobs.create(request).catch((error: unknown) => {
    throw error instanceof ApiError
      ? new Stop(['The job was refused:', ...refusal(error)].join('\n  '))
      : error;
  });
  screen.line(`Posted ${created.id}: ${created.parameters} parameters, device ${created.device}\n`);
  const { job, losses } = await watch(client, screen, created);
  screen.line();
  for (const line of drawCurve(losses)) screen.line(line);
  screen.line();
  const predict = async (inputs: unknown[]) => (await client.jobs.predict(job.id, { inputs })).predictions;
  const verdict = await show({ job, screen, predict });
  const { what, value, baseline, of } = verdict;
  screen.line(`\n${what}: ${value.toFixed(3)} (${of}: ${baseline.toFixed(3)})`);
  return verdict;
}
