// Which device a job is trained on. A backend that is asked for by name is taken or fails; for "auto" the compiled program is
// measured on the processor and on a real GPU, and the faster one is taken.

import type { Device, DeviceData, GpuAdapter } from '#contracts/device.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { DeviceLost, OutOfMemory } from '#engine/backends/webgpu/device.ts';
import { openWebGpu, type WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { type CompiledJob, compileJob } from './compile.ts';

/** How long each device is measured, at most, beside the first run. */
const MEASURED_MS = 60;

export interface Devices {
  /** One, or those to choose from by measuring. */
  readonly backends: readonly Backend[];
  /** Why there is only one. */
  readonly reason: string;
  /** Gives the GPU back. */
  close(): void;
}

/**
 * @param adapter what the worker found; null where it found none
 * @param cpu what computes on the processor
 */
export async function devicesFor(device: Device, adapter: GpuAdapter | null, cpu: Backend): Promise<Devices> {
  const close = () => {};
  const onCpu = (reason: string) => ({ backends: [cpu], reason, close });
  if (device === 'cpu') return onCpu('the job asks for it');
  if (device === 'auto' && adapter === null) return onCpu('the worker has no GPU that WebGPU finds');
  if (device === 'auto' && adapter?.software)
    return onCpu(`${adapter.description} computes on the processor itself`);
  const gpu = await open();
  const closeGpu = () => gpu.device.close();
  if (device === 'webgpu') return { backends: [gpu], reason: 'the job asks for it', close: closeGpu };
  return { backends: [cpu, gpu], reason: '', close: closeGpu };
}

async function open(): Promise<WebGpuBackend> {
  try {
    return await openWebGpu();
  } catch (error) {
    // It was there when the worker started.
    throw new DeviceLost(error instanceof Error ? error.message : String(error));
  }
}

/** A fault of the machine: the job goes on from its checkpoint, here or elsewhere. */
export function isDeviceLost(error: unknown): boolean {
  return error instanceof DeviceLost;
}

/** Compiles for the only device, or for both and keeps the faster. */
export async function compileOn(
  devices: Devices,
  ...[spec, table]: [Parameters<typeof compileJob>[0], Parameters<typeof compileJob>[1]]
): Promise<{ job: CompiledJob; chosen: DeviceData }> {
  const [first, second] = devices.backends;
  if (second === undefined) {
    const job = await compileJob(spec, table, first!);
    return { job, chosen: told(first!, devices.reason, null) };
  }
  const onCpu = await compileJob(spec, table, first!);
  const onGpu = await compileJob(spec, table, second).catch((error: unknown) => {
    if (error instanceof OutOfMemory) return error;
    throw error;
  });
  if (onGpu instanceof OutOfMemory) return { job: onCpu, chosen: told(first!, onGpu.message, null) };
  const micros = [await microsPerStep(onCpu), await microsPerStep(onGpu)] as const;
  const gpuIsFaster = micros[1] < micros[0];
  const [job, other, backend] = gpuIsFaster ? [onGpu, onCpu, second] : [onCpu, onGpu, first!];
  other.executable.dispose();
  return { job, chosen: told(backend, 'it is measured to be faster', micros) };
}

function told(backend: Backend, reason: string, micros: readonly [number, number] | null): DeviceData {
  const adapter = (backend as Partial<WebGpuBackend>).device?.summary.description ?? null;
  return {
    device: adapter === null ? 'cpu' : 'webgpu',
    adapter,
    reason,
    cpu_us_per_step: micros?.[0] ?? null,
    webgpu_us_per_step: micros?.[1] ?? null,
  };
}

/** Of training steps on whatever the program's memory holds: a run sets all of its states when it begins. */
async function microsPerStep({ executable, train, scalars, maxSteps }: CompiledJob): Promise<number> {
  const entry = train.whole > 0 ? 'train' : 'train-tail';
  const steps = Math.max(1, Math.min(maxSteps, train.whole, 8));
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
