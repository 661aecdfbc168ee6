// One process that trains many short jobs in a row, as a trainer does, retains nothing of them. SHORT_JOBS=1000 runs more than the default
// few.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { defaultBackend } from '#training/backend.ts';
import { devicesFor } from '#training/devices.ts';
import { fit as train } from '#training/run/fit.ts';
import { smallJob, watching } from '../job.ts';

const JOBS = Number(process.env.SHORT_JOBS ?? 4);
/** By then all one-time allocations have happened. */
const SETTLED = Math.ceil(JOBS / 3);
const ADRIFT = 64 * 2 ** 20;

const threads = () => Number(/^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** Counts the buffers created and not yet destroyed, on all devices from now on. */
function countBuffers(): { readonly live: () => number } {
  const device = GPUDevice.prototype;
  const make = device.createBuffer;
  let live = 0;
  device.createBuffer = function (descriptor) {
    const buffer = make.call(this, descriptor);
    const destroy = buffer.destroy.bind(buffer);
    live++;
    buffer.destroy = () => {
      live--;
      buffer.destroy = destroy;
      return destroy();
    };
    return buffer;
  };
  return { live: () => live };
}

const without = process.env.EPOCHD_TESTS_WITHOUT_GPU === '1';

describe
  .skipIf(process.platform !== 'linux')
  .each(without ? (['cpu'] as const) : (['cpu', 'webgpu'] as const))('short jobs on %s', (device) => {
  it('leak no buffer, no thread and no memory', async () => {
    const { spec, table } = await smallJob();
    const found = device === 'webgpu' ? await findAdapter() : null;
    const adapter = found?.adapter ? { ...found.summary, features: [...found.summary.features] } : null;
    const buffers = found === null ? null : countBuffers();
    const after: { threads: number; rss: number }[] = [];
    for (let i = 0; i < JOBS; i++) {
      const devices = await devicesFor(device, adapter, defaultBackend);
      await train(spec, table, watching(), { devices });
      expect(buffers?.live() ?? 0).toBe(0);
      devices.close();
      globalThis.gc?.();
      after.push({ threads: threads(), rss: process.memoryUsage().rss });
    }
    const settled = after[SETTLED]!;
    const last = after.at(-1)!;
    if (process.env.SHORT_JOBS) console.log(device, JOBS, 'jobs', settled, last);
    expect(last.threads).toBeLessThanOrEqual(settled.threads);
    expect(last.rss).toBeLessThan(settled.rss + ADRIFT);
  });
});
