// A realistic table, sorted so that its first rows are not representative: uploaded, inspected, trained on, and queried.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { png, zip } from '../../training/images/archives.ts';
import { accessibility } from '../browser.ts';
import { openRig, type Rig, TEST_MS } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
}, TEST_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TEST_MS);

const SPECIES = ['Adelie', 'Gentoo', 'Chinstrap'];

/** Blocks of 600, 300 and 100 rows per class; mass is the row's number, and every tenth island is missing. */
function penguins(): string {
  const rows = Array.from({ length: 1_000 }, (_, i) => {
    const species = SPECIES[i < 600 ? 0 : i < 900 ? 1 : 2];
    return [i, i % 10 === 0 ? '' : ['Biscoe', 'Dream'][i % 2], species].join(',');
  });
  return ['mass,island,species', ...rows].join('\n');
}

test(
  'a file is inspected before it is uploaded, and its column types can be set',
  async () => {
    const { page, complaints } = await rig.open('#/datasets');
    const buffer = Buffer.from('size;code;kind\n1,5;7;a\n2,5;x7;b\n3,5;7;a\n');
    await page
      .getByLabel(/Drop a CSV file/)
      .setInputFiles({ name: 'codes.csv', mimeType: 'text/csv', buffer });
    await page.getByText(/columns separated by “;”, decimals with “,”/).waitFor();
    await page.getByText(/row 3.*code|code.*row 3/).waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByLabel('Contents of code').selectOption('category');
    await page.getByText('3 rows, 3 inputs').waitFor();
    await page.getByLabel('Contents of code').selectOption('ignore');
    await page.getByText('3 rows, 1 inputs').waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'codes' }).waitFor();
    await page.getByText('left out').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);

test(
  'an archive of images shows the tensors it becomes, and is uploaded with the chosen size',
  async () => {
    const { page, complaints } = await rig.open('#/datasets');
    const one = (value: number) => png(12, 12, () => [value, 0, 9]);
    const buffer = zip({ 'pets/cat/1.png': one(1), 'pets/cat/2.png': one(2), 'pets/dog/3.png': one(3) });
    await page
      .getByLabel(/Drop a CSV file/)
      .setInputFiles({ name: 'pets.zip', mimeType: 'application/zip', buffer });
    await page.getByText('3 images become 3 × 12 × 12: 3 png').waitFor();
    await page.getByLabel('Size').fill('8x10');
    await page.getByLabel('Channels').selectOption('grey');
    await page.getByText('3 images become 1 × 10 × 8: 3 png').waitFor();
    expect(await page.getByRole('row').allTextContents()).toEqual(expect.arrayContaining(['cat2', 'dog1']));
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'pets' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);

test(
  'a JSON Lines file offers its columns to choose from',
  async () => {
    const { page, complaints } = await rig.open('#/datasets');
    const lines = [1, 2, 3].map((n) =>
      JSON.stringify({ size: n, island: n > 1 ? 'Dream' : null, kind: `k${n % 2}` }),
    );
    const buffer = Buffer.from(lines.join('\n'));
    const file = { name: 'lines.jsonl', mimeType: 'application/x-ndjson', buffer };
    await page.getByLabel(/Drop a CSV file/).setInputFiles(file);
    await page.getByLabel('Target column').selectOption('kind');
    await page.getByLabel('Contents of island').waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'lines' }).waitFor();
    await page.getByRole('heading', { name: 'Class balance' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);

test(
  'a dataset page summarizes all rows: statistics, missing cells, class balance, and the jobs that use it',
  async () => {
    const { page, complaints } = await rig.open('#/datasets');
    const file = { name: 'penguins.csv', mimeType: 'text/csv', buffer: Buffer.from(penguins()) };
    await page.getByLabel(/Drop a CSV file/).setInputFiles(file);
    await page.getByLabel('Target column').selectOption('species');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'penguins' }).waitFor();

    const row = (name: string) =>
      page.getByRole('region', { name: 'Columns' }).getByRole('row').filter({ hasText: name });
    await row('mass').first().waitFor();
    const cells = (name: string) => row(name).first().getByRole('cell').allTextContents();
    // 0 … 999: quartiles interpolate between rows; the standard deviation is √((n² − 1) / 12).
    expect((await cells('mass')).slice(2)).toEqual([
      '–',
      '1,000',
      '0',
      '249.8',
      '499.5',
      '749.3',
      '999',
      '499.5',
      '288.7',
    ]);
    expect((await cells('island')).slice(1, 4)).toEqual([
      'Dream 50.0 %, Biscoe 40.0 %, (empty) 10.0 %',
      '100',
      '3',
    ]);
    const balance = page.locator('.card', { has: page.getByRole('heading', { name: 'Class balance' }) });
    const meters = balance.locator('.meter');
    expect(await meters.locator('.name').allTextContents()).toEqual(SPECIES);
    expect(await meters.locator('.value').allTextContents()).toEqual(['60.0 %', '30.0 %', '10.0 %']);
    await page.getByText('No job uses it.').waitFor();
    expect(await accessibility(page)).toEqual([]);

    await page.getByRole('link', { name: 'Train on it' }).click();
    await page.getByLabel('Epochs').fill('2');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Measure' }).click();
    const figures = page.getByLabel('Figures');
    await figures.getByText('1,000').waitFor();
    await figures.getByText('Accuracy').waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole('link', { name: 'Predict' }).click();
    await page.locator('.meter.first').waitFor();
    await page.getByLabel('island').selectOption('(empty)');
    await page.getByLabel('mass').fill('400');
    await page.locator('.meter.first').waitFor();
    expect(await accessibility(page)).toEqual([]);

    await page.getByRole('link', { name: 'Datasets', exact: true }).click();
    await page.getByRole('link', { name: 'penguins' }).click();
    await page.getByText('trains on it').waitFor();
    const { dataset } = (await rig.service.client.jobs.list()).data[0]!;
    await page.goto(`${rig.service.url}/#/jobs?dataset=${dataset}`);
    await page.getByRole('link', { name: 'penguins' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);
