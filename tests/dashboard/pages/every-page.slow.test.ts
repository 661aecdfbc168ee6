// Every page with content: accessible according to axe-core, compliant with its content security policy, no wider than a phone, and
// navigable without a mouse.

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CrossValidation } from '#contracts/jobs/cross-validation.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { EXAMPLES } from '../../../services/dashboard/web/examples.ts';
import { accessibility, PATIENCE_MS } from '../browser.ts';
import { openRig, type Rig, TEST_MS } from './rig.ts';

const NARROW = 360;
const UNAUTHORIZED = {
  error: {
    code: 'unauthorized',
    type: 'authentication',
    message: 'a key is needed',
    param: null,
    details: [],
  },
};

/** Sixty days with a weekly pattern. */
const SALES = [
  'day,sold',
  ...Array.from({ length: 60 }, (_, i) => {
    const day = new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
    return `${day},${100 + 20 * (i % 7)}`;
  }),
].join('\n');

let rig: Rig;
let points: Job;
let digits: Job;
let tale: Job;
let sales: Job;
let folds: CrossValidation;
beforeAll(async () => {
  rig = await openRig();
  const { client } = rig.service;
  const file = new Blob([await readFile('examples/quickstart/points.csv')]);
  const dataset = await client.datasets.upload({ file, fileName: 'points.csv', target: 'side' });
  const training = {
    loss: 'CrossEntropyLoss',
    epochs: 4,
    validation_split: 0.2,
    metrics: ['accuracy', 'confusion_matrix'],
  };
  const model = { input: { shape: [10] }, layers: ['ReLU', { type: 'Linear', out_features: 2 }] };
  const text = await client.datasets.upload({
    file: new Blob(['the cat sat on the mat. '.repeat(40)]),
    fileName: 'tale.txt',
    format: 'text',
  });
  const series = await client.datasets.upload({
    file: new Blob([SALES]),
    fileName: 'sales.csv',
    target: 'sold',
  });
  const made = [
    await client.jobs.create({
      name: 'tale',
      dataset: text.id,
      preprocess: { context: 16 },
      model: {
        layers: [
          { type: 'Embedding', embedding_dim: 4 },
          { type: 'LSTM', hidden_size: 8, return: 'sequence' },
          { type: 'Linear' },
          { type: 'Permute', dims: [0, 2, 1] },
        ],
      },
      training: { loss: 'CrossEntropyLoss', epochs: 1 },
    }),
    await client.jobs.create({
      name: 'sales',
      dataset: series.id,
      preprocess: { series: { window: 14, horizon: 7, time: 'day' } },
      model: { layers: ['Flatten', { type: 'Linear', out_features: 7 }] },
      training: { loss: 'MSELoss', epochs: 1 },
    }),
    await client.jobs.create({ name: 'points', model, dataset: dataset.id, training }),
    await client.jobs.create(EXAMPLES.find(({ id }) => id === 'digits')!.make()),
  ];
  const done = await Promise.all(made.map(({ id }) => client.jobs.get(id, { wait: 60 })));
  expect(done.map(({ status }) => status)).toEqual(done.map(() => 'succeeded'));
  const { validation_split: _, ...whole } = training;
  const asked = { name: 'points', model, dataset: dataset.id, training: whole, folds: 3 };
  const { id } = await client.crossValidations.create(asked);
  folds = await client.crossValidations.get(id, { wait: 60 });
  expect(folds.status).toBe('succeeded');
  [tale, sales, points, digits] = done as [Job, Job, Job, Job];
}, TEST_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TEST_MS);

/** Each page's hash, and an element that is visible once it has loaded. */
function pages(): [hash: string, shown: (page: Page) => ReturnType<Page['locator']>][] {
  return [
    ['#/jobs', (page) => page.getByRole('link', { name: 'digits' })],
    [`#/jobs/${points.id}`, (page) => page.getByRole('heading', { name: 'Confusion matrix' })],
    [`#/jobs/${folds.jobs[1]!.id}`, (page) => page.getByText('Mean ± standard deviation')],
    ['#/new', (page) => page.getByText(/parameters, output 2/)],
    ['#/datasets', (page) => page.getByRole('link', { name: 'digits' })],
    [`#/datasets/${points.dataset}`, (page) => page.getByRole('heading', { name: 'Class balance' })],
    [`#/datasets/${digits.dataset}`, (page) => page.getByRole('img', { name: 'Mean of every pixel' })],
    [
      `#/compare?jobs=${points.id},${digits.id}`,
      (page) => page.getByRole('heading', { name: 'What differs' }),
    ],
    [`#/predict/${points.id}`, (page) => page.locator('.meter.first')],
    [`#/jobs/${tale.id}`, (page) => page.getByRole('heading', { name: 'Generate' })],
    [`#/jobs/${sales.id}`, (page) => page.getByRole('img', { name: /^Forecast vs. actual/ })],
    [`#/datasets/${tale.dataset}`, (page) => page.getByRole('region', { name: 'Its beginning' })],
    [`#/predict/${sales.id}`, (page) => page.getByRole('heading', { name: 'Continue a series' })],
    [`#/predict/${digits.id}`, (page) => page.getByRole('img', { name: 'Draw here' })],
    ['#/playground', (page) => page.getByTestId('held-out')],
    ['#/nowhere', (page) => page.getByRole('heading', { name: 'No such page' })],
  ];
}

test('one fold of a cross-validation shows all folds, their mean and links to each', async () => {
  const { page } = await rig.open(`#/jobs/${folds.jobs[1]!.id}`);
  await page.getByText('fold 2 of 3', { exact: true }).waitFor();
  const table = page.getByRole('region', { name: 'Folds of the cross-validation' });
  const rows = table.getByRole('row');
  await table.getByText('Mean ± standard deviation').waitFor();
  expect(await rows.count()).toBe(1 + 3 + 1);
  expect(await rows.nth(2).textContent()).toContain('2, this job');
  const loss = Object.keys(folds.metrics).indexOf('val_loss');
  const shown = [...folds.jobs.map(({ metrics }) => metrics.val_loss!), folds.metrics.val_loss!.mean];
  for (const [i, value] of shown.entries()) {
    const cell = rows
      .nth(i + 1)
      .locator('td.num')
      .nth(loss);
    expect(Number.parseFloat((await cell.textContent())!)).toBe(Number(value.toPrecision(4)));
  }
  await table.getByRole('link', { name: 'Fold 3' }).click();
  await page.getByText('fold 3 of 3', { exact: true }).waitFor();
  await page.context().close();
});

describe("a trained model's page", () => {
  test('generates text from the first words of the training text, and rejects unknown characters in a prompt', async () => {
    const { page } = await rig.open(`#/jobs/${tale.id}`);
    const prompt = page.getByLabel('Prompt');
    await expect.poll(() => prompt.inputValue(), { timeout: PATIENCE_MS }).toBe('the cat sat on the mat. ');
    await page.getByLabel('Tokens').fill('20');
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByText('20 tokens generated after 24 of the prompt').waitFor();
    expect(await page.getByRole('region', { name: 'Generated text' }).textContent()).toMatch(
      /^the cat sat on the mat\. .{20}$/s,
    );
    await prompt.fill('Zebra');
    await page.getByRole('button', { name: 'Generate' }).click();
    await page.getByText(/does not contain "Z"/).waitFor();
    await page.context().close();
  });

  test('continues a series from a file', async () => {
    const { page } = await rig.open(`#/predict/${sales.id}`);
    const file = { name: 'last.csv', mimeType: 'text/csv', buffer: Buffer.from(SALES) };
    await page.getByLabel(/Drop a CSV file/).setInputFiles(file);
    const forecast = page.getByRole('region', { name: 'Forecast' });
    await forecast.getByText('2023-03-02').waitFor();
    expect(await forecast.getByRole('row').count()).toBe(1 + 7);
    await page.context().close();
  });
});

describe('every page', () => {
  test(
    'is accessible in light and dark, satisfies its content security policy, and fits 360 pixels',
    async () => {
      const { page, complaints, elsewhere } = await rig.open();
      const found: string[] = [];
      for (const [hash, shown] of pages()) {
        await page.goto(`${rig.service.url}/${hash}`);
        await shown(page).first().waitFor();
        await page.getByText('Loading …').waitFor({ state: 'detached' });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          found.push(...(await accessibility(page)).map((line) => `${hash}, ${colorScheme}: ${line}`));
        }
        await page.setViewportSize({ width: NARROW, height: 780 });
        // Charts resize one frame later.
        await expect
          .poll(() => page.evaluate('document.documentElement.scrollWidth'), {
            timeout: PATIENCE_MS,
            message: `${hash}: pixels wide`,
          })
          .toBe(NARROW);
        await page.setViewportSize({ width: 1280, height: 900 });
      }
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      expect(elsewhere).toEqual([]);
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    'is accessible when it asks for a key, too',
    async () => {
      const { page } = await rig.open('#/datasets');
      await page.route('**/jobs?*', (route) => route.fulfill({ status: 401, json: UNAUTHORIZED }));
      await page.getByRole('link', { name: 'Jobs', exact: true }).click();
      await page.getByLabel('API key').waitFor();
      expect(await accessibility(page)).toEqual([]);
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    'has its content security policy enforced by the browser',
    async () => {
      const { page, complaints } = await rig.open();
      await page.evaluate(`
      document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }));
      document.head.append(Object.assign(document.createElement('script'), { src: 'https://elsewhere.example/a.js' }));
    `);
      await expect
        .poll(() => complaints.filter((text) => /Content Security Policy/.test(text)).length)
        .toBe(2);
      expect(await page.evaluate('window.ran')).toBeUndefined();
      await page.context().close();
    },
    TEST_MS,
  );
});

test(
  'the API docs show the routes, and satisfy their own content security policy',
  async () => {
    const { page, complaints, elsewhere } = await rig.open('docs/');
    await page.getByText('Dry run of a job').click();
    await page.getByText('how its samples are split').first().waitFor();
    expect(complaints).toEqual([]);
    expect(elsewhere).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);

test(
  'a comparison of jobs has a shareable URL',
  async () => {
    const { page } = await rig.open(`#/compare?jobs=${points.id},${digits.id}`);
    await page.getByRole('heading', { name: 'What differs' }).waitFor();
    await page.getByRole('checkbox', { name: 'digits' }).last().uncheck();
    await expect.poll(() => page.url(), { timeout: TEST_MS }).toContain(`jobs=${points.id}`);
    expect(page.url()).not.toContain(digits.id);
    await page.context().close();
  },
  TEST_MS,
);
