// What others make of openapi.yaml: types from openapi-typescript with its defaults, and a program over plain fetch that is
// compiled against them, refused where it should be, and run against the service.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService } from '../../e2e/service.ts';

const run = promisify(execFile);
const GENERATOR = 'tests/api/openapi/generator/node_modules/openapi-typescript/bin/cli.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-generated-'));
  await writeFile(path.join(dir, 'package.json'), '{"type": "module"}');
  await run(process.execPath, [GENERATOR, 'openapi.yaml', '-o', path.join(dir, 'api.ts')]);
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The job that the README posts. */
async function readmeJob(): Promise<string> {
  const [, body] = /ask \/jobs -H .*? -d '(\{[\s\S]*?\})' \|/.exec(await readFile('README.md', 'utf8')) ?? [];
  return body!.replace(`"'$DATASET'"`, 'dataset.id');
}

const program = (job: string) => `
import type { components, paths } from './api.ts';

type Schemas = components['schemas'];
type Created = paths['/jobs']['post']['responses'][201];
const url = process.argv[2]!;

async function ask<T>(path: keyof paths, body?: unknown, id = ''): Promise<{ body: T; headers: Headers }> {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const reply = await fetch(url + path.replace('{id}', id), init);
  const text = await reply.text();
  if (!reply.ok) throw new Error(((JSON.parse(text) as Schemas['Error']).error.details[0] ?? { message: text }).message);
  return { body: JSON.parse(text) as T, headers: reply.headers };
}

const numbers = Array.from({ length: 40 }, (_, i) => Array.from({ length: 10 }, (_, j) => Math.sin(i * 7 + j)));
const inline: Schemas['InlineDataset'] = { inputs: numbers, targets: numbers.map(([first = 0]) => Number(first > 0)) };
const { body: dataset } = await ask<Schemas['CreatedDataset']>('/datasets', inline);

const request: Schemas['JobRequest'] = ${job};
const created = await ask<Created['content']['application/json']>('/jobs', request);
const header: keyof Created['headers'] = 'location';
console.log(created.headers.get(header) === '/jobs/' + created.body.id);

let job: Schemas['Job'] = created.body;
while (!job.terminal) job = (await ask<Schemas['Job']>('/jobs/{id}', undefined, job.id + '?wait=20')).body;
const { status }: { status: Schemas['JobStatus'] } = job;
console.log(status, job.progress.epoch, job.training.optimizer.type);

const { body: log } = await ask<Schemas['JobEventList']>('/jobs/{id}/events', undefined, job.id);
for (const event of log.data) if (event.type === 'metrics') console.log(event.data.epoch.toFixed(), typeof event.data.metrics.train_loss);
const layer: Schemas['Layer'] = { type: 'Conv2d', out_channels: 8, kernel_size: 3 };
`;

/** Erroneous lines, each with the compiler error it must cause. */
const MISTAKES = [
  [`const wrong: Schemas['Layer'] = { type: 'Linaer', out_features: 3 };`, /Linaer/],
  [`const wrong: Schemas['Layer'] = { type: 'Linear' };`, /out_features/],
  [`const wrong: Schemas['Layer'] = { type: 'Linear', out_features: 3, biass: true };`, /biass/],
  [`const wrong: Schemas['Optimizer'] = { type: 'Adam', momentum: 0.9 };`, /momentum/],
  [`const wrong: Schemas['JobRequest'] = { ...request, traning: request.training };`, /traning/],
  [`if (job.status === 'done') console.log();`, /no overlap/],
  [`for (const event of log.data) console.log(event.data.epoch);`, /epoch/],
  [`const wrong: Created['headers']['location'] = 3;`, /number/],
] as const;

const COMPILER = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'esnext',
  module: 'nodenext',
  allowImportingTsExtensions: true,
  types: ['node'],
  typeRoots: [path.resolve('node_modules/@types')],
};

/** tsc's errors by file: the program alone, and with each of the mistakes. */
async function compile(): Promise<(file: string) => string[]> {
  const right = program(await readmeJob());
  await writeFile(path.join(dir, 'right.ts'), right);
  for (const [i, [line]] of MISTAKES.entries()) await writeFile(path.join(dir, `wrong${i}.ts`), right + line);
  await writeFile(
    path.join(dir, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: COMPILER, include: ['*.ts'] }),
  );
  const said = await run('node_modules/.bin/tsc', ['-p', dir, '--pretty', 'false']).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
  return (file) => said.split(/\n(?=\S)/).filter((message) => message.includes(`${file}.ts(`));
}

test("types generated with the generator's defaults accept the README’s job and reject mistakes", async () => {
  const said = await compile();
  expect(said('right')).toEqual([]);
  expect(said('api')).toEqual([]);
  for (const [i, [line, reason]] of MISTAKES.entries())
    expect(said(`wrong${i}`).join(), line).toMatch(reason);

  await using service = await startService();
  const { stdout } = await run(process.execPath, [path.join(dir, 'right.ts'), service.url]);
  const [location, end, ...epochs] = stdout.trim().split('\n');
  expect([location, end]).toEqual(['true', 'succeeded 10 Adam']);
  expect(epochs).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1} number`));
}, 120_000);
