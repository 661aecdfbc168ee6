// The job list: a first job with one click, finding one job among several pages, and bulk actions.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibility, PATIENCE_MS } from '../browser.ts';
import { openRig, type Rig, TEST_MS } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
}, TEST_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TEST_MS);

test(
  'a service without jobs trains an example on one click',
  async () => {
    const { page, complaints } = await rig.open();
    await page.getByRole('heading', { name: 'No jobs yet' }).waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole('button', { name: 'Train A curve through noise' }).click();
    await page.getByRole('heading', { name: 'curve' }).waitFor();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  },
  TEST_MS,
);

test(
  'a page whose scripts fail to load is reloaded once, then shows an error, and recovers on reload',
  async () => {
    const { page } = await rig.open();
    let asked = 0;
    await page.route(/assets\/compare-/, (route) => {
      asked++;
      return route.abort();
    });
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    expect(asked).toBe(2);
    await page.unrouteAll();
    await page.reload();
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
    await page.context().close();
  },
  TEST_MS,
);

test(
  'jobs are searched and sorted beyond the page shown, and cancelled and deleted in bulk',
  async () => {
    const { client } = rig.service;
    const [example] = (await client.jobs.list()).data;
    const { dataset, model } = example!;
    const training = { loss: 'MSELoss', epochs: 1_000_000 };
    const make = (name: string, metadata: Record<string, string>) =>
      client.jobs.create({ name, model: model as never, dataset, training, metadata });
    await make('the blue one', { team: 'blue' });
    for (let i = 1; i <= 55; i++) await make(`crowd ${i}`, { team: i % 11 === 0 ? 'deep red' : 'red' });

    const { page } = await rig.open();
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') });
    await page.getByRole('button', { name: 'More jobs' }).waitFor();
    expect(await rows.count()).toBe(50);
    expect(await page.getByRole('link', { name: 'the blue one' }).count()).toBe(0);

    // Not among the jobs shown: the service searches all of them.
    await page.getByLabel('Find jobs').fill('BLUE');
    await page.getByRole('link', { name: 'the blue one' }).waitFor();
    expect(await rows.count()).toBe(1);
    await page.getByLabel('Find jobs').fill('team="deep red" crowd');
    await page.getByRole('link', { name: 'crowd 55' }).waitFor();
    await expect.poll(() => rows.count(), { timeout: PATIENCE_MS }).toBe(5);
    await page.reload();
    await page.getByRole('link', { name: 'crowd 55' }).waitFor();
    expect(await rows.count()).toBe(5);

    await page.getByLabel('Choose all jobs shown').check();
    await page.getByRole('button', { name: 'Cancel' }).click();
    const chosen = page.getByText(/^\d+ chosen$/);
    await chosen.waitFor({ state: 'hidden' });
    await page.getByLabel('Status').selectOption('cancelled');
    await expect.poll(() => rows.count(), { timeout: PATIENCE_MS }).toBe(5);
    await page.getByLabel('Choose all jobs shown').check();
    await page.getByLabel('Choose crowd 11').uncheck();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete 4 jobs?' }).waitFor();
    await page.getByRole('button', { name: 'Delete them' }).click();
    await chosen.waitFor({ state: 'hidden' });
    await expect.poll(() => rows.count(), { timeout: PATIENCE_MS }).toBe(1);

    // Clicking a tag filters by it in any status; ordering by a metric lists only the jobs that have it.
    await page.getByRole('button', { name: 'team="deep red"' }).click();
    const find = page.getByLabel('Find jobs');
    await expect.poll(() => find.inputValue(), { timeout: PATIENCE_MS }).toBe('team="deep red"');
    await find.fill('');
    await page.getByLabel('Status').selectOption('');
    await page.getByLabel('Order').selectOption('best.val_loss');
    await page.getByRole('link', { name: 'curve' }).waitFor();
    expect(await rows.count()).toBe(1);
    await page.context().close();
  },
  TEST_MS,
);
