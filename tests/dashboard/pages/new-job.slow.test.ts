// A job written in the form: every field is compared with the job that the service received, and each error appears beside its field.

import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibility, PATIENCE_MS } from '../browser.ts';
import { openRig, type Rig, TEST_MS } from './rig.ts';

let rig: Rig;
let dataset: string;
beforeAll(async () => {
  rig = await openRig();
  const file = new Blob([await readFile('examples/quickstart/points.csv')]);
  ({ id: dataset } = await rig.service.client.datasets.upload({
    file,
    fileName: 'points.csv',
    target: 'side',
  }));
}, TEST_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TEST_MS);

/** The error shown next to a field, or null. */
async function noteOf(field: Locator): Promise<string | null> {
  if ((await field.getAttribute('aria-invalid')) !== 'true') return null;
  const id = (await field.getAttribute('aria-describedby'))!;
  return field.page().locator(`[id="${id}"]`).textContent();
}
const note = (field: Locator) => expect.poll(() => noteOf(field), { timeout: PATIENCE_MS });
const layer = (page: Page, n: number) => page.locator('.layer').nth(n - 1);

test(
  'the form covers the whole job, shows each error at its field, and round-trips through JSON',
  async () => {
    const { page } = await rig.open(`#/new?dataset=${dataset}`);
    const field = (name: string) => page.getByLabel(name, { exact: true });

    // Shapes and parameters update while typing: 10 × 24 weights and 24 biases.
    await layer(page, 1).getByLabel('out_features').fill('24');
    await layer(page, 1).getByText('→ 24 · 264').waitFor();

    await field('Optimizer').selectOption('SGD');
    await field('lr').fill('0.05');
    await page.getByText('More arguments').nth(-1).waitFor();
    for (const summary of await page.getByText('More arguments').all()) await summary.click();
    await field('momentum').fill('-1');
    await note(field('momentum')).toMatch(/at least 0|≥ 0|0/);
    await field('momentum').fill('0.9');
    await note(field('momentum')).toBeNull();

    await field('Learning rate schedule').selectOption('StepLR');
    await note(field('step_size')).toMatch(/missing|required|needed/i);
    await field('step_size').fill('2');
    await field('Epochs').fill('0');
    await note(field('Epochs')).toMatch(/at least 1/);
    await field('Epochs').fill('4');
    await field('Batch size').fill('many');
    await note(field('Batch size')).toMatch(/number/);
    await field('Batch size').fill('20');

    await field('Validation').selectOption('random');
    await field('Validation share').fill('1.5');
    await note(field('Validation share')).toMatch(/below 1/);
    await field('Validation share').fill('0.25');
    await field('Test').selectOption('random');
    await field('Test share').fill('0.1');
    await field('Early stopping').check();
    await field('Patience').fill('0');
    await note(field('Patience')).toMatch(/at least 1/);
    await field('Patience').fill('3');
    await field('Monitor').selectOption('val_accuracy');
    await field('Device').selectOption('cpu');
    await field('Seed').fill('7');
    await field('Metadata').fill('team=blue, run=3');
    await field('confusion matrix').check();
    await page.getByText(/for training · .* for validation · .* for the test · .* steps/).waitFor();
    expect(await accessibility(page)).toEqual([]);

    await page.getByRole('button', { name: 'JSON' }).click();
    const text = page.getByLabel('POST /jobs');
    const written = JSON.parse(await text.inputValue());
    expect(written).toMatchObject({
      dataset,
      seed: 7,
      device: 'cpu',
      metadata: { team: 'blue', run: '3' },
      training: {
        optimizer: { type: 'SGD', lr: 0.05, momentum: 0.9 },
        scheduler: { type: 'StepLR', step_size: 2 },
        validation: { fraction: 0.25 },
        test: { fraction: 0.1 },
        early_stopping: { monitor: 'val_accuracy', patience: 3 },
      },
    });
    await text.fill('{');
    await note(text).not.toBeNull();
    await text.fill(JSON.stringify({ ...written, training: { ...written.training, epochs: 5, epoch: 6 } }));
    await page.getByText(/training\.epoch: .*did you mean "epochs"/).waitFor();
    await text.fill(JSON.stringify({ ...written, training: { ...written.training, epochs: 5 } }));
    await page.getByRole('button', { name: 'Form' }).click();
    expect(await field('Epochs').inputValue()).toBe('5');

    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'points' }).waitFor();
    const id = page.url().split('/').at(-1)!;
    const job = await rig.service.client.jobs.get(id);
    expect(job).toMatchObject({ seed: 7, device: 'cpu', metadata: { team: 'blue', run: '3' } });
    expect(job.training).toMatchObject({
      epochs: 5,
      batch_size: 20,
      optimizer: { type: 'SGD', lr: 0.05, momentum: 0.9 },
      validation: { fraction: 0.25, by: 'random', stratify: true },
      test: { fraction: 0.1 },
      early_stopping: { monitor: 'val_accuracy', patience: 3, mode: 'max' },
      metrics: ['accuracy', 'confusion_matrix'],
    });

    // Cloning a job restores the same request.
    await page.getByRole('link', { name: 'Clone and edit' }).click();
    await page.getByText(/parameters, output 2/).waitFor();
    expect(await field('Validation share').inputValue()).toBe('0.25');
    expect(await field('momentum').inputValue()).toBe('0.9');
    await page.context().close();
  },
  TEST_MS,
);
