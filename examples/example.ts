// The example interface: a job to post, and what to ask of the trained network.

import { ApiError, type Client } from '#client/client.ts';
import type { UploadFields } from '#contracts/datasets/dataset.ts';
import type { Generation, NewGeneration } from '#contracts/jobs/generate.ts';
import type { Job, NewJob, Prediction, PredictReply } from '#contracts/jobs/job-api.ts';
import { drawCurve } from '../services/cli/terminal/chart.ts';
import type { Screen } from '../services/cli/terminal/screen.ts';
import { refusal } from './refusal.ts';
import { watch } from './screen/watch.ts';
import { Stop } from './service.ts';

/** With a table, the job's dataset is that table. */
type Request = Omit<NewJob, 'dataset'> & Partial<Pick<NewJob, 'dataset'>>;

export interface Example {
  /** One line, for the list of examples. */
  about: string;
  /** A file that is uploaded first and becomes the job's dataset. */
  table?: { name: string; text: string; fields: UploadFields };
  /** The same for bytes that are generated on demand. */
  archive?: { name: string; content(): Promise<Uint8Array>; fields: UploadFields };
  /** The body of POST /jobs. */
  job: Request;
  /** Queries the trained network, shows its predictions, and evaluates it on unseen data. */
  show(trained: Trained): Promise<Verdict>;
}

export interface Trained {
  job: Job;
  screen: Screen;
  /** POST /jobs/{id}/predict: one prediction per input. */
  predict(inputs: unknown[]): Promise<Prediction[]>;
  /** POST /jobs/{id}/generate. */
  write(request: NewGeneration): Promise<Generation>;
  /** Like `predict`, for an image file. */
  look(image: Blob): Promise<Prediction>;
  /** Like `predict`, with inputs by column name. */
  ask(records: readonly Readonly<Record<string, unknown>>[]): Promise<Prediction[]>;
}

export interface Verdict {
  /** What was measured, such as "Accuracy on 200 digits it has never seen". */
  what: string;
  value: number;
  /** The same measure for something that has learned nothing, and what that is, such as "always the same answer". */
  baseline: number;
  of: string;
}

export const accuracy = (predictions: readonly Prediction[], targets: readonly unknown[]): number =>
  predictions.filter((prediction, i) => prediction.class === targets[i]).length / targets.length;

/** The same, if classes have labels. */
export const accuracyOf = (predictions: readonly Prediction[], labels: readonly string[]): number =>
  predictions.filter(({ label }, i) => label === labels[i]).length / labels.length;

/** The root mean square of the errors. */
export const rootMeanSquare = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

export const numberOf = ({ output }: Prediction): number => Number([output].flat(9)[0]);

/** Posts the job, shows its epochs as they arrive, then what it has learned. */
export async function run(
  { table, archive, job: request, show }: Example,
  client: Client,
  screen: Screen,
): Promise<Verdict> {
  const post = async () => {
    const given = table ?? archive;
    if (given === undefined) return client.jobs.create(request as NewJob);
    const { name, fields } = given;
    const content = 'text' in given ? given.text : new Uint8Array(await given.content());
    const dataset = await client.datasets.upload({ file: new Blob([content]), fileName: name, ...fields });
    const { samples, input_shape, text: plain } = dataset;
    const what =
      plain === undefined
        ? `${samples} rows as [${input_shape.join(', ')}]`
        : `${plain.characters} characters`;
    screen.line(`Uploaded ${name}: ${what}`);
    return client.jobs.create({ ...request, dataset: dataset.id } as NewJob);
  };
  const created = await post().catch((error: unknown) => {
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
  const ask = async (records: readonly Readonly<Record<string, unknown>>[]) =>
    (await client.jobs.predict(job.id, { records: [...records] })).predictions;
  const write = (request: NewGeneration) => client.jobs.generate(job.id, request);
  const look = async (image: Blob) => {
    const options = { type: image.type, accept: 'application/json' };
    const reply = (await (await client.jobs.predictRows(job.id, image, options)).json()) as PredictReply;
    return reply.predictions[0]!;
  };
  const verdict = await show({ job, screen, predict, write, ask, look });
  const { what, value, baseline, of } = verdict;
  screen.line(`\n${what}: ${value.toFixed(3)} (${of}: ${baseline.toFixed(3)})`);
  return verdict;
}
