// The dashboard in a real browser, over the whole service: what a newcomer does, and what goes wrong on the way.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from '../e2e/service.ts';
import { accessibility, openBrowser, openPage } from './browser.ts';

const POINTS = path.resolve('examples/quickstart/points.csv');

let browser: Browser;
let service: Service;
let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-pages-'));
  [browser, service] = await Promise.all([
    openBrowser(),
    startService({ dataDir, env: { LEASE_SECONDS: '2' } }),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await service?.[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

test('a file becomes a network that predicts, through a reload and a restart in the middle', async () => {
  const { page, complaints, elsewhere } = await openPage(browser, service.url);
  await page.getByRole('heading', { name: 'No jobs yet' }).waitFor();

  await page.getByRole('link', { name: 'Datasets' }).click();
  await page.getByLabel(/Drop a CSV file/).setInputFiles(POINTS);
  await page.getByLabel('Target column').selectOption('side');
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('heading', { name: 'points' }).waitFor();
  await page.getByRole('heading', { name: 'Class balance' }).waitFor();

  await page.getByRole('link', { name: 'Train on it' }).click();
  await page.getByLabel('Epochs').fill('1000000');
  // A mistake is told beside its field, while it is typed.
  await page.getByLabel('out_features').first().fill('0');
  await page.locator('.layer.has-problem').waitFor();
  await page.getByLabel('out_features').first().fill('24');
  await page.getByText(/parameters, output 2/).waitFor();
  await page.getByRole('button', { name: 'Train', exact: true }).click();

  const epoch = () =>
    page
      .locator('.stat dd')
      .first()
      .textContent()
      .then((text) => Number(text?.split('/')[0]?.replaceAll(',', '')));
  await page.getByText('Live over WebSocket').waitFor();
  await page.getByRole('img', { name: /^Loss: / }).waitFor();
  await expect.poll(epoch, { timeout: 15_000 }).toBeGreaterThan(10);
  await page.reload();
  await page.getByRole('img', { name: /^Loss: / }).waitFor();
  const before = await epoch();

  const { port } = new URL(service.url);
  await service.end('SIGTERM');
  await page.getByText('Service unreachable; retrying').waitFor();
  service = await startService({ dataDir, env: { LEASE_SECONDS: '2', PORT: port } });
  await page.getByText('Live over WebSocket').waitFor();
  await expect.poll(epoch, { timeout: 15_000 }).toBeGreaterThan(before);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('cancelled', { exact: true }).first().waitFor();

  await page.getByRole('link', { name: 'Clone and edit' }).click();
  await page.getByLabel('Epochs').fill('5');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('link', { name: 'Predict' }).click();
  await page.locator('.meter.first').waitFor();
  // The mistake that was typed is refused, and while the service is away requests fail; nothing else is to complain of.
  expect(
    complaints.filter((text) => !/400 \(Bad|ERR_CONNECTION|WebSocket|503|ERR_EMPTY_RESPONSE/.test(text)),
  ).toEqual([]);
  expect(elsewhere).toEqual([]);
  await page.context().close();
}, 90_000);

test('a digit is drawn, and known', async () => {
  const { page, complaints } = await openPage(browser, `${service.url}/#/new?example=digits`);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.getByRole('heading', { name: 'Confusion matrix' }).waitFor();
  await page.getByRole('link', { name: 'Predict' }).click();
  const box = (await page.getByRole('img', { name: 'Draw here' }).boundingBox())!;
  const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
  const strokes = [
    [at(0.32, 0.25), at(0.68, 0.25), at(0.42, 0.8)], // a seven
  ];
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...first!);
    await page.mouse.down();
    for (const to of rest) await page.mouse.move(...to, { steps: 8 });
    await page.mouse.up();
  }
  await page.locator('.meter.first .name').waitFor();
  expect(await page.locator('.meter.first .name').textContent()).toBe('7');
  expect(complaints).toEqual([]);
  await page.context().close();
}, 60_000);

test('the playground learns the spiral, and the service goes on with it', async () => {
  const { page, complaints } = await openPage(browser, `${service.url}/#/playground`);
  await page.getByRole('button', { name: 'Spiral' }).click();
  await page.getByLabel('sin 4x').check();
  await page.getByLabel('sin 4y').check();
  await page.getByRole('button', { name: 'One neuron more in layer 1' }).click();
  await page.getByRole('button', { name: 'One neuron more in layer 2' }).click();
  await page.getByLabel('Learning rate').selectOption('0.03');
  await page.getByLabel('Speed').selectOption('0');
  await page.getByRole('button', { name: 'Run' }).click();
  const loss = () => page.getByTestId('held-out').textContent().then(Number);
  await expect.poll(loss, { timeout: 25_000 }).toBeLessThan(0.1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Reset' }).click();
  await page.getByRole('button', { name: 'Train it on the service' }).click();
  await page.getByRole('heading', { name: 'playground spiral' }).waitFor();
  await page.getByText('succeeded', { exact: true }).first().waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
}, 60_000);

test('twenty tabs follow one job, and see the same end', async () => {
  const { data } = await service.client.jobs.list();
  const { model, dataset, training } = data.find(({ name }) => name?.startsWith('points'))!;
  const request = { name: 'followed', model, dataset, training: { ...training, epochs: 200 } };
  const { id } = await service.client.jobs.create(request as never);
  const context = await browser.newContext();
  const tabs = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const page = await context.newPage();
      page.setDefaultTimeout(40_000);
      await page.goto(`${service.url}/#/jobs/${id}`);
      return page;
    }),
  );
  const curves = await Promise.all(
    tabs.map(async (page) => {
      await page.getByText('succeeded', { exact: true }).first().waitFor();
      const epochs = () => page.locator('.stat dd').first().textContent();
      await expect.poll(epochs, { timeout: 20_000 }).toContain('200 / 200');
      return page.getByRole('img', { name: /^Loss: / }).getAttribute('aria-label');
    }),
  );
  expect(new Set(curves).size).toBe(1);
  await context.close();
}, 60_000);

test('jobs are compared by an address that can be sent to others', async () => {
  const { data } = await service.client.jobs.list({ limit: 2 });
  const ids = data.map(({ id }) => id).join(',');
  const { page } = await openPage(browser, `${service.url}/#/compare?jobs=${ids}`);
  await page.getByRole('heading', { name: 'What differs' }).waitFor();
  await page.getByRole('checkbox', { name: data[1]!.name! }).last().uncheck();
  await expect.poll(() => page.url(), { timeout: 10_000 }).toContain(`jobs=${data[0]!.id}`);
  expect(page.url()).not.toContain(data[1]!.id);
  await page.context().close();
}, 30_000);

describe('every page', () => {
  test.each(['light', 'dark'])(
    '%s: is accessible, keeps to its policy, and fits 360 pixels',
    async (colours) => {
      const [job] = (
        await service.client.jobs
          .list({ status: 'succeeded' } as never)
          .catch(() => service.client.jobs.list())
      ).data;
      const done = job!;
      const dataset = (await service.client.datasets.list()).data.at(-1)!;
      const hashes = ['jobs', `jobs/${done.id}`, 'new', 'datasets', `datasets/${dataset.id}`];
      hashes.push(`compare?jobs=${done.id}`, `predict/${done.id}`, 'playground', 'nowhere');
      const { page, complaints, elsewhere } = await openPage(browser, service.url, colours === 'dark');
      const found: string[] = [];
      for (const hash of hashes) {
        await page.goto(`${service.url}/#/${hash}`);
        await page.waitForLoadState('networkidle');
        found.push(...(await accessibility(page)).map((line) => `${hash}: ${line}`));
        await page.setViewportSize({ width: 360, height: 780 });
        const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        if (wide > 360) found.push(`${hash}: ${wide} pixels wide on a screen of 360`);
        await page.setViewportSize({ width: 1280, height: 900 });
      }
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
      expect(elsewhere).toEqual([]);
      await page.context().close();
    },
    60_000,
  );
});
