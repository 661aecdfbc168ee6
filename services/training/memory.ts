// Whether a job fits into its device's memory, from the actual plan of its program and before anything is allocated.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { GpuAdapter } from '#contracts/device.ts';
import type { Detail } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { LIMITS } from '#contracts/limits.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import { arenaBytes as wasmBytes } from '#engine/backends/wasm/layout.ts';
import { arenaBytes as gpuBytes } from '#engine/backends/webgpu/codegen.ts';
import { mostBytes } from '#engine/backends/webgpu/device.ts';
import type { Program } from '#engine/program.ts';
import { heldRows } from './job/held-rows.ts';
import { mib, totalOf } from './job/plan.ts';
import { programOf, readSpec } from './job/program-of.ts';

type Spec = Omit<JobSpec, 'dataset'>;

/** The memory that a program must fit into. */
interface Room {
  /** Inserted after the size in messages: " on the GPU", or empty. */
  readonly where: string;
  /** Maximum bytes of a program. */
  readonly limit: number;
  bytesOf(program: Program): number;
}

/** Real plans took from a quarter of the estimate to 5 % more than it: if the estimate is below this share of the limit, none is made. */
const SURELY_FITS = 1 / 2;

/** @returns what exceeds the processor's memory, and which batch size would fit, or null */
export function checkCpuMemory(spec: Spec, info: DatasetInfo): Detail | null {
  const limit = LIMITS.arenaBytes;
  const { model, recipe } = readSpec(spec, info);
  const { estimate } = heldRows(model, info, recipe, preprocessOf(spec.preprocess), LIMITS.trainerDataBytes);
  if (totalOf(estimate) <= limit * SURELY_FITS) return null;
  return checkRoom(spec, info, { where: '', limit, bytesOf: wasmBytes });
}

/**
 * @param adapters GPUs that the job may be assigned to, at least one
 * @returns what exceeds their memory, and which batch size would fit, or null
 */
export function checkGpuMemory(
  spec: Spec,
  info: DatasetInfo,
  adapters: readonly GpuAdapter[],
): Detail | null {
  const limit = Math.max(...adapters.map(mostBytes));
  return checkRoom(spec, info, { where: ' on the GPU', limit, bytesOf: gpuBytes });
}

function checkRoom(spec: Spec, info: DatasetInfo, { where, limit, bytesOf }: Room): Detail | null {
  const bytesWith = (batch_size: number) =>
    bytesOf(
      programOf({ ...spec, training: { ...spec.training, batch_size } }, info, LIMITS.trainerDataBytes)
        .program,
    );
  const { batch_size } = spec.training;
  const bytes = bytesWith(batch_size);
  if (bytes <= limit) return null;
  let fitting = 0;
  for (let tried = batch_size >> 1; tried >= 1 && fitting === 0; tried >>= 1)
    if (bytesWith(tried) <= limit) fitting = tried;
  const advice =
    fitting > 0
      ? `a batch_size of ${fitting} would fit`
      : 'no batch_size would fit: the parameters alone are too large';
  const message = `the job needs ${mib(bytes)}${where}, the limit is ${mib(limit)}; ${advice}`;
  const param = fitting > 0 ? 'training.batch_size' : where === '' ? 'dataset' : 'device';
  return { param, code: 'too_big', message };
}
