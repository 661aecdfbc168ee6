// The engine in a browser tab: the ops suite, and the playground's training compared with the service's.

import path from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { ops } from '#engine/ops/index.ts';
import { validateJob } from '#training/job/validate.ts';
import { fit as train } from '#training/run/fit.ts';
import { buildDashboard } from '../../services/dashboard/build.ts';
import { nodeInBrowser } from '../../services/dashboard/bundle.ts';
import { openBrowser } from './browser.ts';
import type { OpsReport } from './ops-in-tab.ts';
import { serveFiles } from './serve-files.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test('passes the ops suite in the browser', async () => {
  const bundle = await build({
    entryPoints: ['tests/dashboard/ops-in-tab.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    plugins: [nodeInBrowser(path.resolve('services/dashboard/web/browser-node'))],
  });
  const page = await browser.newPage();
  await page.evaluate(bundle.outputFiles[0]!.text);
  const report = (await page.evaluate('runOps()')) as OpsReport;
  expect(report.failures).toEqual([]);
  expect(report.cases).toBe(Object.values(ops).reduce((sum, { cases }) => sum + cases.length, 0));
  await page.close();
}, 60_000);

describe('the playground', () => {
  test("computes the service's losses, bit for bit if the SIMD features agree", async () => {
    await using served = await serveFiles(await buildDashboard());
    const worker = served.paths.find((name) => name.includes('/worker-'))!;
    const page = await browser.newPage();
    await page.goto(served.url);
    const job = spiralJob(40);
    const there = (await page.evaluate(trainIn(worker, job))) as Trained;
    const here: Trained['losses'] = [];
    const { job: valid } = await validateJob(job, async () => null);
    const hooks = {
      onEpoch: ({ epoch, values }: { epoch: number; values: Record<string, number> }) => {
        here.push({ epoch, train: values.train_loss! });
      },
      shouldStop: () => null,
      yieldToEvents: async () => {},
    };
    const { fingerprint } = await train({ ...valid!.spec, dataset: '' }, valid!.inline!.table, hooks, {
      backend: wasm,
    });
    const seen = there.losses.map(({ epoch, train }) => ({ epoch, train }));
    expect(seen.length).toBe(40);
    if (there.fingerprint === fingerprint) expect(seen).toEqual(here);
    else for (const [i, { train }] of here.entries()) expect(seen[i]!.train).toBeCloseTo(train, 2);
    await page.close();
  }, 60_000);
});

interface Trained {
  losses: { epoch: number; train: number }[];
  fingerprint: string;
}

function spiralJob(epochs: number) {
  const inputs: number[][] = [];
  const targets: number[][] = [];
  for (let i = 0; i < 200; i++) {
    const share = (i >> 1) / 100;
    const angle = 3.5 * Math.PI * share + (i % 2) * Math.PI;
    inputs.push([share * Math.sin(angle), share * Math.cos(angle)]);
    targets.push([i % 2]);
  }
  return {
    model: {
      input: { shape: [2] },
      layers: [{ type: 'Linear', out_features: 8 }, 'Tanh', { type: 'Linear', out_features: 1 }],
    },
    dataset: { inputs, targets },
    training: { loss: 'BCEWithLogitsLoss', epochs, batch_size: 16, validation_split: 0.3, metrics: [] },
    seed: 3,
  };
}

/** A script that trains the job in the dashboard's own worker, and resolves with the loss of every epoch. */
function trainIn(worker: string, job: object): string {
  return `new Promise((resolve, reject) => {
    const losses = [];
    const worker = new Worker(${JSON.stringify(worker)}, { type: 'module' });
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.type === 'failed') reject(new Error(data.message));
      if (data.type === 'frame') {
        losses.push(...data.losses);
        worker.postMessage({ type: 'drawn' });
      }
      if (data.type === 'ended') { worker.terminate(); resolve({ losses, fingerprint: data.fingerprint }); }
    };
    worker.postMessage({ type: 'pace', epochs: 3 });
    worker.postMessage({ type: 'run', on: true });
    worker.postMessage({ type: 'start', job: ${JSON.stringify(job)}, grid: new Float32Array(1600 * 2) });
  })`;
}
