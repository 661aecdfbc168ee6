// Jobs on a GPU through a real worker and real trainers: the software one that npm alone brings.

import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isTerminal } from '#contracts/job.ts';
import type { JobSpec } from '#contracts/job-api.ts';
import { decodeArtifact } from '#training/artifact.ts';
import { encodeTable } from '#training/data/table.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { newDataset } from '../support/jobs.ts';
import { quietLog } from '../support/log.ts';
import { useStore } from '../support/store.ts';
import { until } from '../support/until.ts';
import { smallJob } from '../training/job.ts';

const { store } = useStore();
let worker: Worker | null = null;
afterEach(async () => {
  await worker?.close();
  worker = null;
});

async function start(): Promise<void> {
  worker = await startWorker({
    store: store(),
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 20,
    maxAttempts: 3,
    softwareGpu: true,
  });
}

async function trained(device: JobSpec['device']) {
  const { spec, table } = await smallJob();
  const dataset = newDataset({ info: table.info, table: encodeTable(table) });
  const job = await store().jobs.create({
    id: newId('job'),
    name: device,
    spec: { ...spec, dataset: dataset.id, device },
    parameters: 1,
    totalSteps: 1,
    metadata: {},
    dataset,
  });
  await store().queue.add(job);
  const ended = await until(async () => {
    const now = (await store().jobs.get(job.id))!;
    return isTerminal(now.status) ? now : null;
  }, 20_000);
  expect(ended).toMatchObject({ status: 'succeeded' });
  const events = await store().events.list(job.id, { after: 0, limit: 100 });
  const model = await buffer(store().artifacts.read(ended.model!.artifact));
  const chosen = events.find((event) => event.type === 'device')!.data;
  return { ended, chosen, model, theta: decodeArtifact(model).states.theta! };
}

describe.skipIf(process.env.EPOCHD_TESTS_WITHOUT_GPU === '1')('a job', () => {
  test('that asks for WebGPU trains there, to the same bits twice, and near to those of the processor', async () => {
    await start();
    const [once, twice, onCpu] = [await trained('webgpu'), await trained('webgpu'), await trained('cpu')];
    expect(once.chosen).toMatchObject({ device: 'webgpu', adapter: expect.stringContaining('SwiftShader') });
    expect(onCpu.chosen).toMatchObject({ device: 'cpu', adapter: null });
    expect(once.ended.fingerprint).toMatch(/^webgpu-/);
    expect(Buffer.compare(once.model, twice.model)).toBe(0);
    for (const [i, weight] of onCpu.theta.entries()) expect(once.theta[i]).toBeCloseTo(weight, 4);
  });

  test('that leaves it open never gets a GPU that is computed in software', async () => {
    await start();
    const { chosen } = await trained('auto');
    expect(chosen).toMatchObject({
      device: 'cpu',
      reason: expect.stringContaining('computes on the processor itself'),
    });
  });
});
