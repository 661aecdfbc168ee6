// What docs/from-torch.md prints: its jobs are valid, its model is what torch would print for the script's model, its links resolve.

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { ModelRequest } from '#contracts/training/model.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { makeWaves, windowsOf } from '../../examples/data/waves.ts';

const page = readFileSync('docs/from-torch.md', 'utf8');

function blocks(language: string): string[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]!);
}

const jobs = blocks('json').map((text) => JSON.parse(text) as { name: string; model: ModelRequest });

async function datasetOf(name: string): Promise<DatasetInfo> {
  if (name === 'waves') return readInline(windowsOf(makeWaves(84), 24)).table.info;
  const file = createReadStream('examples/quickstart/points.csv');
  return (await readCsv(file, { target: 'side' })).table.info;
}

test.each(jobs.map((job) => [job.name, job] as const))('the job "%s" is valid', async (name, job) => {
  const info = await datasetOf(name);
  const { details } = await validateJob(job, async () => info);
  expect(details).toEqual([]);
});

test('the page has two jobs: the notes’ network, and one with a branch', () => {
  expect(jobs.map(({ name }) => name)).toEqual(['first', 'waves']);
});

test("the summary is the first job's", () => {
  const { report } = validateModel(jobs[0]!.model);
  expect(blocks('')).toEqual([`${report!.summary}\n`]);
});

test("the layers match the torch script's", () => {
  const script = blocks('python')[0]!;
  const inScript = [...script.matchAll(/self\.(\w+) = nn\.(\w+)\((\d+), (\d+)\)/g)].map((match) =>
    match.slice(1),
  );
  const linear = jobs[0]!.model.layers.filter(
    (layer) => typeof layer === 'object' && layer.type === 'Linear',
  );
  const inJob = linear.map((layer) => {
    const { name, type, in_features, out_features } = layer as unknown as Record<string, unknown>;
    return [name, type, in_features, out_features].map(String);
  });
  expect(inJob).toEqual(inScript);
});

test('the links lead to existing files', () => {
  const links = [...page.matchAll(/\]\(([^)#]+)\)/g)].map((match) => path.join('docs', match[1]!));
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});
