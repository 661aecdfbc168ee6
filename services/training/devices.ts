// Chooses the device of a job. A backend requested by name is used or fails; for "auto", the compiled program is timed on the processor
// and on a real GPU, and the faster one is used.

import type { Device, DeviceData, GpuAdapter } from '#contracts/device.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { DeviceLost } from '#engine/backends/webgpu/device.ts';
import { openWebGpu, type WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { OutOfMemory } from '#engine/errors.ts';
import type { JobTable } from './data/rows/job-table.ts';
import { type CompiledJob, type CompileOptions, compileJob } from './job/compile.ts';

/** Maximum time to measure each device, besides the first run. */
const MEASURED_MS = 60;

export interface Devices {
  /** Null if the job requires the GPU. */
  readonly cpu: Backend | null;
  /** Null if the job gets none. If both are set, they are measured. */
  readonly gpu: WebGpuBackend | null;
  /** Why there is only one. */
  readonly reason: string;
  /** Releases the GPU. */
  close(): void;
}

/**
 * @param adapter found by the worker, or null
 * @param cpu the backend for the processor
 */
export async function devicesFor(device: Device, adapter: GpuAdapter | null, cpu: Backend): Promise<Devices> {
  const without = whyNoGpu(device, adapter);
  if (without !== null) return { cpu, gpu: null, reason: without, close() {} };
  const gpu = await open();
  const asked = device === 'webgpu';
  return { cpu: asked ? null : cpu, gpu, reason: asked ? ASKED : '', close: () => gpu.device.close() };
}

const ASKED = 'the job requests it';

function whyNoGpu(device: Device, adapter: GpuAdapter | null): string | null {
  if (device === 'cpu') return ASKED;
  if (device === 'webgpu') return null;
  if (adapter === null) return 'the worker has no GPU that WebGPU can use';
  return adapter.software ? `${adapter.description} is emulated on the CPU` : null;
}

async function open(): Promise<WebGpuBackend> {
  try {
    return await openWebGpu();
  } catch (error) {
    // The adapter existed when the worker started.
    throw new DeviceLost(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Whether an error was the GPU's. A lost device is a fault of the machine: the job resumes from its checkpoint, here or elsewhere. A GPU
 * with too little memory would fail again.
 */
export function deviceFault(error: unknown): 'device_lost' | 'out_of_memory' | null {
  if (error instanceof DeviceLost) return 'device_lost';
  return error instanceof OutOfMemory ? 'out_of_memory' : null;
}

/** Compiles for the only device, or for both and keeps the faster one. */
export async function compileOn(
  { cpu, gpu, reason }: Devices,
  spec: JobSpec,
  table: JobTable,
  options: CompileOptions = {},
): Promise<{ job: CompiledJob; chosen: DeviceData }> {
  if (cpu === null || gpu === null) {
    return {
      job: await compileJob(spec, table, (cpu ?? gpu)!, options),
      chosen: describe(gpu, reason, null),
    };
  }
  const onCpu = await compileJob(spec, table, cpu, options);
  const onGpu = await compileJob(spec, table, gpu, options).catch(async (error: unknown) => {
    if (error instanceof OutOfMemory) return error;
    await onCpu.close();
    throw error;
  });
  if (onGpu instanceof OutOfMemory) return { job: onCpu, chosen: describe(null, onGpu.message, null) };
  const micros = await inTurn(onCpu, onGpu);
  const gpuIsFaster = micros[1] < micros[0];
  const [job, other] = gpuIsFaster ? [onGpu, onCpu] : [onCpu, onGpu];
  await other.close();
  return { job, chosen: describe(gpuIsFaster ? gpu : null, 'it was measured to be faster', micros) };
}

/** Measures both, one after the other. If one fails, both are closed. */
async function inTurn(onCpu: CompiledJob, onGpu: CompiledJob): Promise<readonly [cpu: number, gpu: number]> {
  try {
    return [await microsPerStep(onCpu), await microsPerStep(onGpu)];
  } catch (error) {
    await Promise.allSettled([onCpu.close(), onGpu.close()]);
    throw error;
  }
}

/** @param gpu null for the processor */
function describe(
  gpu: WebGpuBackend | null,
  reason: string,
  micros: readonly [cpu: number, gpu: number] | null,
): DeviceData {
  return {
    device: gpu === null ? 'cpu' : 'webgpu',
    adapter: gpu?.device.summary.description ?? null,
    reason,
    cpu_us_per_step: micros?.[0] ?? null,
    webgpu_us_per_step: micros?.[1] ?? null,
  };
}

/** Times training steps on arbitrary memory contents: a run sets all of its states when it begins. */
async function microsPerStep({ executable, feed, train, scalars, maxSteps }: CompiledJob): Promise<number> {
  const entry = train.whole > 0 ? 'train' : 'train-tail';
  const steps = Math.max(1, Math.min(maxSteps, train.whole, 8, Math.floor(feed.most / train.batch)));
  const run = () =>
    executable.run(entry, {
      steps,
      cursor: 0,
      counter: 0,
      scalars: new Float32Array(steps * scalars.length),
    });
  await run();
  let best = Number.POSITIVE_INFINITY;
  const until = performance.now() + MEASURED_MS;
  do {
    const began = performance.now();
    await run();
    best = Math.min(best, ((performance.now() - began) * 1000) / steps);
  } while (performance.now() < until);
  return best;
}
