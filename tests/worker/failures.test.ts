// Trainers that crash or are killed, devices that are lost, and jobs that do not fit their device.

import { describe, expect, test } from 'vitest';
import { ended, eventsOf, post, reach, start, trainers, training } from './running-worker.ts';

describe('a trainer', () => {
  test('that crashes in every attempt fails its job with its last output, and the next job is trained', async () => {
    await start({ maxAttempts: 2 });
    const [crashing, next] = [await post('crashes'), await post('trains')];
    const job = await reach(crashing, ended);
    expect(job).toMatchObject({ status: 'failed', stopReason: 'trainer_crashed', attempt: 2 });
    expect(job.error?.message).toMatch(
      /code 1; its last output: RangeError: the tensor fell off the shelf in attempt 2 of 2/,
    );
    expect(await reach(next, ended)).toMatchObject({ status: 'succeeded' });
  });

  test('killed by SIGKILL costs its job an attempt, and the job is retried', async () => {
    await start();
    const killed = await post('trains slowly');
    await reach(killed, training);
    for (const { pid } of trainers) process.kill(pid as number, 'SIGKILL'); // including the spare
    expect(await reach(killed, ended)).toMatchObject({ status: 'succeeded', attempt: 2 });
    const queued = (await eventsOf(killed)).findLast(
      (event) => event.type === 'status' && event.data.status === 'queued',
    );
    expect(JSON.stringify(queued?.data)).toMatch(/SIGKILL.* in attempt 1 of 3: the job is queued again/);
  });
});

describe('a device', () => {
  test('that is lost ends the attempt, and after the last attempt the job, with its own message', async () => {
    await start({ maxAttempts: 2 });
    const id = await post('loses its device');
    const job = await reach(id, ended);
    expect(job).toMatchObject({ status: 'failed', stopReason: 'device_lost', attempt: 2 });
    expect(job.error?.message).toBe('the GPU was lost: pulled out in attempt 2 of 2');
    const queued = (await eventsOf(id)).filter(
      (event) => event.type === 'status' && event.data.status === 'queued',
    );
    expect(queued.at(-1)?.data).toMatchObject({
      message: 'the GPU was lost: pulled out in attempt 1 of 2: the job is queued again',
    });
    // The worker survives.
    expect(await reach(await post('trains'), ended)).toMatchObject({ status: 'succeeded' });
  });
});

test('a job too large for its device fails with the bytes that it takes, and is not retried', async () => {
  await start({ maxAttempts: 2 });
  const job = await reach(await post('is too large for its device'), ended);
  expect(job).toMatchObject({ status: 'failed', stopReason: 'out_of_memory', attempt: 1 });
  expect(job.error?.message).toBe('the job takes 9 bytes');
});
