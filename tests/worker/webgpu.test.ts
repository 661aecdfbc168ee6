// Jobs on a GPU through a real worker and real trainers, on the software GPU that npm installs.

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { newId } from '#contracts/ids.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { encodeTable } from '#training/data/table.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { softwareAdapterEnvironment } from '../../services/worker/software-adapter.ts';
import { openTrainerPool, type TrainerPool } from '../../services/worker/trainer-pool.ts';
import { startTrainer, type Trainer } from '../../services/worker/trainer-process.ts';
import { startWorker, type Worker } from '../../services/worker/worker.ts';
import { isRunning } from '../e2e/service.ts';
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

async function start(pool?: TrainerPool): Promise<void> {
  worker = await startWorker({
    ...(pool === undefined ? {} : { pool }),
    store: store(),
    log: quietLog,
    concurrency: 1,
    leaseSeconds: 20,
    maxAttempts: 3,
    softwareGpu: true,
  });
}

/** A pool whose trainer processes the test can reach. */
async function pooled(): Promise<{ pool: TrainerPool; trainers: Trainer[] }> {
  const environment = await softwareAdapterEnvironment();
  const trainers: Trainer[] = [];
  const pool = openTrainerPool(() => {
    const trainer = startTrainer(undefined, { environment });
    trainers.push(trainer);
    return trainer;
  });
  return { pool, trainers };
}

/** @param meanwhile runs while the job is queued or training */
async function trained(device: JobSpec['device'], epochs = 3, meanwhile = async (_jobId: string) => {}) {
  const { spec, table } = await smallJob({ training: { epochs } });
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
  await meanwhile(job.id);
  const ended = await until(async () => {
    const now = (await store().jobs.get(job.id))!;
    return isTerminal(now.status) ? now : null;
  }, 60_000);
  expect(ended).toMatchObject({ status: 'succeeded' });
  const events = await store().events.list(job.id, { after: 0, limit: 1_000 });
  const model = await buffer(store().artifacts.read(ended.model!.artifact));
  const chosen = events.find((event) => event.type === 'device')!.data;
  return { ended, chosen, model, theta: decodeArtifact(model).states.theta! };
}

describe.skipIf(process.env.EPOCHD_TESTS_WITHOUT_GPU === '1')('a job', () => {
  test("that asks for WebGPU trains there, reproducibly to the bit, and close to the CPU's weights", async () => {
    await start();
    const [once, twice, onCpu] = [await trained('webgpu'), await trained('webgpu'), await trained('cpu')];
    expect(once.chosen).toMatchObject({ device: 'webgpu', adapter: expect.stringContaining('SwiftShader') });
    expect(onCpu.chosen).toMatchObject({ device: 'cpu', adapter: null });
    expect(once.ended.fingerprint).toMatch(/^webgpu-/);
    expect(Buffer.compare(once.model, twice.model)).toBe(0);
    for (const [i, weight] of onCpu.theta.entries()) expect(once.theta[i]).toBeCloseTo(weight, 4);
  });

  test('whose trainer is killed while the GPU computes resumes from its checkpoint to the same bits', async () => {
    const { pool, trainers } = await pooled();
    await start(pool);
    const epochs = 60;
    const undisturbed = await trained('webgpu', epochs);
    const killed = await trained('webgpu', epochs, async (jobId) => {
      const { jobs, checkpoints } = store();
      await until(async () => ((await jobs.get(jobId))!.status === 'running' ? true : null), 60_000);
      await checkpoints.request(jobId);
      await until(async () => ((await checkpoints.list(jobId)).length > 0 ? true : null), 60_000);
      for (const { pid } of trainers) {
        if (isRunning(pid!)) process.kill(pid!, 'SIGKILL');
      }
    });
    expect(killed.ended).toMatchObject({ attempt: 2, fingerprint: undisturbed.ended.fingerprint });
    expect(Buffer.compare(killed.model, undisturbed.model)).toBe(0);
    await worker!.close();
    worker = null;
    await Promise.all(trainers.map((trainer) => trainer.exited)); // hangs, and so fails, if one is left running
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`epochd-worker-${process.pid}-`));
    expect(left).toEqual([]);
  }, 120_000);

  test('with device "auto" never gets a GPU emulated in software', async () => {
    await start();
    const { chosen } = await trained('auto');
    expect(chosen).toMatchObject({
      device: 'cpu',
      reason: expect.stringContaining('is emulated on the CPU'),
    });
  });
});
