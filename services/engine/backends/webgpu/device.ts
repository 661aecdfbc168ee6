// A device of an adapter, with the limits that programs need, and what went wrong with it.

import type { AdapterSummary } from './adapter.ts';
import { Pipelines } from './pipelines.ts';

export interface Device {
  readonly device: GPUDevice;
  readonly summary: AdapterSummary;
  readonly pipelines: Pipelines;
  /** Are kernels made for threads that share memory? See ShaderContext. */
  readonly shares: boolean;
  /** Throws what the device reported since it was last asked: lost, out of memory, an invalid call. */
  check(): void;
}

/** The device is gone: a fault of the machine, not of the job. */
export class DeviceLost extends Error {}
/** More memory than the device has. */
export class OutOfMemory extends Error {}

/** @param shares false by default on software adapters */
export async function openDevice(
  adapter: GPUAdapter,
  summary: AdapterSummary,
  shares = !summary.software,
): Promise<Device> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = summary.limits;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: summary.limits.maxComputeInvocationsPerWorkgroup,
    },
  });
  let trouble: Error | null = null;
  const destroyed = false;
  void device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed' && !destroyed) trouble = new DeviceLost(`the GPU was lost: ${message}`);
  });
  device.onuncapturederror = ({ error }) => {
    trouble ??= isOutOfMemory(error)
      ? new OutOfMemory(error.message)
      : new Error(`the GPU refused: ${error.message}`);
  };
  return {
    device,
    summary,
    pipelines: new Pipelines(device),
    shares,
    check: () => {
      if (trouble !== null) throw trouble;
    },
  };
}

function isOutOfMemory(error: GPUError): boolean {
  return error.constructor.name === 'GPUOutOfMemoryError';
}
