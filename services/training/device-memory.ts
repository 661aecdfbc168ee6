// Whether a job fits into a GPU's memory, from the real plan of its program and before anything is allocated.

import type { DatasetInfo } from '#contracts/dataset.ts';
import type { GpuAdapter } from '#contracts/device.ts';
import type { Detail } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/job-api.ts';
import { arenaBytes } from '#engine/backends/webgpu/codegen.ts';
import { mostBytes } from '#engine/backends/webgpu/device.ts';
import { programOf } from './compile.ts';
import { mib } from './plan.ts';

/**
 * @param adapters the GPUs that may be given the job, at least one
 * @returns what is too much, and which batch size would fit, or null
 */
export function checkDeviceMemory(
  spec: Omit<JobSpec, 'dataset'>,
  info: DatasetInfo,
  adapters: readonly GpuAdapter[],
): Detail | null {
  const limit = Math.max(...adapters.map(mostBytes));
  const bytesWith = (batch_size: number) =>
    arenaBytes(programOf({ ...spec, training: { ...spec.training, batch_size } }, info).program);
  const { batch_size } = spec.training;
  const bytes = bytesWith(batch_size);
  if (bytes <= limit) return null;
  let fitting = 0;
  for (let tried = batch_size >> 1; tried >= 1 && fitting === 0; tried >>= 1)
    if (bytesWith(tried) <= limit) fitting = tried;
  const advice =
    fitting > 0
      ? `a batch_size of ${fitting} would fit`
      : 'no batch_size would fit: the data and parameters alone do not';
  const message = `the job takes ${mib(bytes)} on the GPU, which allows ${mib(limit)}; ${advice}`;
  return { param: fitting > 0 ? 'training.batch_size' : 'device', code: 'too_big', message };
}
