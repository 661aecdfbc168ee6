// `npm run quickstart`: trains a network through the real service: HTTP, queue, Postgres, engine, WebSocket, predict. Everything runs on
// free ports and in a temporary directory, which is removed at the end.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ApiError, type Client } from '#client/client.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { drawCurve } from '../../services/cli/terminal/chart.ts';
import { openScreen, type Screen } from '../../services/cli/terminal/screen.ts';
import { refusal } from '../refusal.ts';
import { watch } from '../screen/watch.ts';
import { Stop, withService } from '../service.ts';
import { curlLines } from './curl-lines.ts';
import { firstJob, jobFor } from './jobs.ts';
import { type Options, parseOptions, USAGE, UsageError } from './options.ts';
import { holdOut, type Parts, type UnseenRow } from './table.ts';

const POINTS = path.join(import.meta.dirname, 'points.csv');
const UNSEEN = 5;

async function readTable(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'that is a directory' : String(error);
    throw new Stop(`${file}: ${why}`);
  }
}

/** Uploads the file without the unseen rows; if that is rejected, the whole file, so that line numbers in errors match the user's file. */
async function upload(
  client: Client,
  file: string,
  whole: Buffer,
  parts: Parts,
  fields: Record<string, string>,
): Promise<Dataset> {
  const fileName = path.basename(file);
  const send = (content: Buffer) =>
    client.datasets.upload({ ...fields, file: new Blob([new Uint8Array(content)]), fileName });
  try {
    return await send(parts.upload).catch((error: unknown) => {
      if (error instanceof ApiError && parts.unseen.length > 0) return send(whole);
      throw error;
    });
  } catch (error) {
    if (error instanceof ApiError)
      throw new Stop([`${file} cannot be learned from:`, ...refusal(error)].join('\n  '));
    throw error;
  }
}

/** The row as a record: numbers parsed, other cells as typed, null for a missing number. */
function recordOf({ columns, features }: Dataset, { cells }: UnseenRow): Record<string, unknown> {
  const numbers = (features ?? []).map((name) => ({ name, type: 'number' }));
  const kept = (columns ?? numbers).filter(({ type }) => type !== 'ignore');
  return Object.fromEntries(
    kept.map(({ name, type }) => {
      const cell = cells[name] ?? '';
      if (type !== 'number') return [name, cell];
      return [name, cell !== '' && Number.isFinite(Number(cell)) ? Number(cell) : null];
    }),
  );
}

async function tryOn(
  client: Client,
  screen: Screen,
  job: Job,
  dataset: Dataset,
  unseen: UnseenRow[],
): Promise<void> {
  const { predictions } = await client.jobs.predict(job.id, {
    records: unseen.map((row) => recordOf(dataset, row)),
  });
  screen.line(`\n${unseen.length} rows it has never seen:`);
  for (const [i, row] of unseen.entries()) {
    const { label, class: index, probabilities, output } = predictions[i]!;
    const truth = row.cells[dataset.target.name ?? ''];
    const said = label ?? (index !== undefined ? String(index) : Number([output].flat(9)[0]).toPrecision(5));
    const sure =
      typeof index === 'number' ? ` (${(100 * Number(probabilities?.[index] ?? 0)).toFixed(1)} %)` : '';
    screen.line(
      `  line ${String(row.line).padEnd(5)} predicted ${`${said}${sure}`.padEnd(24)} true ${truth}`,
    );
  }
}

function tellResult(screen: Screen, job: Job, losses: number[]): void {
  screen.line();
  for (const line of drawCurve(losses)) screen.line(line);
  const { val_accuracy: accuracy, val_loss: loss } = job.metrics.latest?.metrics ?? {};
  if (accuracy !== undefined) screen.line(`\nValidation accuracy: ${accuracy.toFixed(4)}`);
  else if (loss !== undefined)
    screen.line(`\nValidation loss: ${loss.toPrecision(4)} (its root: ${Math.sqrt(loss).toPrecision(3)})`);
}

async function tour(options: Options, screen: Screen, client: Client): Promise<void> {
  const file = options.file ?? path.relative(process.cwd(), POINTS);
  const whole = await readTable(file);
  const parts = holdOut(whole, UNSEEN);
  const fields: Record<string, string> = {
    ...(options.target === null ? {} : { target: options.target }),
    ...(options.features === null ? {} : { features: options.features }),
  };
  const dataset = await upload(client, file, whole, parts, fields);
  const learned = `${dataset.target.kind === 'classes' ? 'class' : 'number'} "${dataset.target.name}"`;
  screen.line(
    `Uploaded ${file}: ${dataset.samples} rows, ${dataset.features?.length} features, to learn the ${learned}`,
  );

  const request = options.file === null ? firstJob(dataset, options.epochs) : jobFor(dataset, options.epochs);
  const created = await client.jobs.create(request);
  screen.line(`Posted ${created.id}: ${created.parameters} parameters, device ${created.device}\n`);
  const { job, losses } = await watch(client, screen, created);
  tellResult(screen, job, losses);
  if (parts.unseen.length > 0) await tryOn(client, screen, job, dataset, parts.unseen);

  screen.line('\nThe same by hand, with `npm start` running in another terminal:\n');
  const record = parts.unseen[0] === undefined ? {} : recordOf(dataset, parts.unseen[0]);
  const url = 'http://127.0.0.1:3000';
  for (const line of curlLines({ url, file, fields, job: { ...request, dataset: dataset.id }, record }))
    screen.line(line);
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const screen = openScreen(process.stdout);
  if (options.help) {
    screen.line(USAGE);
    return 0;
  }
  if (options.file !== null) await readTable(options.file); // checks the file before anything is started

  return withService(screen, (client) => tour(options, screen, client));
}

try {
  process.exitCode = await main();
} catch (error) {
  const plain = error instanceof UsageError || error instanceof Stop;
  process.stderr.write(
    plain
      ? `${error.message}\n${error instanceof UsageError ? `\n${USAGE}\n` : ''}`
      : `${(error as Error).stack}\n`,
  );
  process.exitCode = 1;
}
