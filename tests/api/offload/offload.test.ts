import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { Problem } from '#contracts/errors.ts';
import { type Offload, type OffloadOptions, openOffload } from '../../../services/api/offload/offload.ts';
import { quietLog } from '../../support/log.ts';
import { until } from '../../support/until.ts';

let offload: Offload;
afterEach(() => offload.close());

function open(change: Partial<OffloadOptions> = {}) {
  offload = openOffload({
    settings: { modelBytes: 0 },
    log: quietLog,
    concurrency: 4,
    capacity: 8,
    maxRss: 2 ** 40,
    idleMs: null,
    program: fileURLToPath(new URL('./crashing.ts', import.meta.url)),
    ...change,
  });
}
const run = (key: string) =>
  offload.run('forget', { key }).then(
    () => 'done',
    (error: Problem) => `${error.code} ${error.status}`,
  );

describe('work offloaded to another process', () => {
  it('starts the process with the first task and stops it when closed', async () => {
    open();
    expect(offload.pid).toBeUndefined();
    expect(await run('any')).toBe('done');
    const pid = offload.pid!;
    await offload.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await run('any')).toBe('unavailable 503');
  });

  it('is a 503 for the task whose process exits, and continues in a new process', async () => {
    open();
    expect(await run('crash')).toBe('unavailable 503');
    expect(await run('any')).toBe('done');
  });

  it('of several running tasks fails only the one that makes the process exit', async () => {
    open();
    await run('any');
    const all = await Promise.all(['wait', 'crash', 'wait', 'any', 'wait'].map(run));
    expect(all).toEqual(['done', 'unavailable 503', 'done', 'done', 'done']);
  });

  it('is a 503 beyond its capacity', async () => {
    open({ capacity: 2 });
    const all = await Promise.all(['wait', 'wait', 'wait'].map(run));
    expect(all).toEqual(['done', 'done', 'unavailable 503']);
  });

  it('replaces a process that has grown too large', async () => {
    open();
    await run('any');
    const before = offload.pid;
    expect(await run('grow')).toBe('done');
    expect(await run('any')).toBe('done');
    expect(offload.pid).not.toBe(before);
  });

  it('stops its process when idle', async () => {
    open({ idleMs: 10 });
    await run('any');
    await until(() => (offload.pid === undefined ? true : null));
  });

  it('refuses running and waiting tasks when the API closes', async () => {
    open({ concurrency: 1 });
    await run('any');
    const all = Promise.all(['wait', 'any'].map(run));
    await offload.close();
    expect(await all).toEqual(['unavailable 503', 'unavailable 503']);
  });
});
