// Whether a live worker has the device that a job requests, with enough memory.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { Problem, problemOf } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { WorkerRecord, WorkerStore } from '#store/worker-record.ts';
import { checkCpuMemory, checkGpuMemory } from '#training/memory.ts';

/**
 * @param info of the job's dataset
 * @throws Problem if the job needs more memory than is available (naming both, and a batch size that would fit), or if it requests a
 * GPU and no live worker has one (naming what the workers have)
 */
export async function checkDevice(
  spec: Omit<JobSpec, 'dataset'>,
  info: DatasetInfo,
  { live }: Pick<WorkerStore, 'live'>,
): Promise<void> {
  if (spec.device !== 'webgpu') {
    const detail = checkCpuMemory(spec, info);
    if (detail !== null) throw problemOf('invalid_request', [detail]);
    return;
  }
  const workers = await live();
  const adapters = workers.flatMap(({ devices }) => devices.webgpu.adapter ?? []);
  if (adapters.length === 0) {
    const message = `no live worker has a GPU that WebGPU can use: ${described(workers)}; see GET /devices`;
    throw new Problem('device_unavailable', message, [{ param: 'device', code: 'unavailable', message }]);
  }
  const detail = checkGpuMemory(spec, info, adapters);
  if (detail !== null)
    throw new Problem('device_unavailable', `${detail.param}: ${detail.message}`, [detail]);
}

function described(workers: readonly WorkerRecord[]): string {
  if (workers.length === 0) return 'there is no live worker';
  const each = workers.map(
    ({ host, devices: { cpu, webgpu } }) =>
      `${host} has ${cpu.cores} cores of ${cpu.model} (${webgpu.reason})`,
  );
  return each.length > 3 ? `${each.slice(0, 3).join('; ')}; and ${each.length - 3} more` : each.join('; ');
}
