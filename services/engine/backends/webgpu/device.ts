// Opens a device with the limits that programs need, and reports its errors.

import { OutOfMemory } from '../../errors.ts';
import type { AdapterSummary } from './adapter.ts';
import { Pipelines } from './pipelines.ts';

export interface Device {
  readonly device: GPUDevice;
  readonly summary: AdapterSummary;
  readonly pipelines: Pipelines;
  /** Whether kernels may use workgroup memory. See ShaderContext. */
  readonly shares: boolean;
  /** Size of the largest program, in bytes. */
  readonly mostBytes: number;
  /** Throws any error the device has reported: device lost, out of memory, an invalid call. */
  check(): void;
  /**
   * Waits for the device; rejects if it reports an error or does not respond within ANSWER_MS.
   * @throws DeviceLost, OutOfMemory
   */
  answer<T>(work: Promise<T>): Promise<T>;
  /** Frees everything that the device holds. */
  close(): void;
}

/** The device is lost or unresponsive: a fault of the machine, not of the job. */
export class DeviceLost extends Error {}

/** A run of steps takes milliseconds, so a queue that is silent for this long hangs. */
export const ANSWER_MS = 60_000;

/** The largest program that fits on an adapter, in bytes. It has to fit into one buffer. */
export function mostBytes({ limits }: Pick<AdapterSummary, 'limits'>): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

/** @param shares defaults to false on software adapters */
export async function openDevice(
  adapter: GPUAdapter,
  summary: AdapterSummary,
  { shares = !summary.software, answerMs = ANSWER_MS } = {},
): Promise<Device> {
  const device = await adapter.requestDevice({ requiredLimits: { ...summary.limits } });
  let trouble: Error | null = null;
  let closed = false;
  const troubled = Promise.withResolvers<never>();
  // There may be no caller waiting on this promise; the next call of `check` then throws the error.
  troubled.promise.catch(() => {});
  const report = (error: Error) => {
    trouble ??= error;
    troubled.reject(trouble);
  };
  void device.lost.then(({ message }) => {
    if (!closed) report(new DeviceLost(`the GPU was lost: ${message}`));
  });
  device.onuncapturederror = ({ error }) => {
    const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
    report(isMemory ? new OutOfMemory(error.message) : new Error(`the GPU refused: ${error.message}`));
  };
  const check = () => {
    if (trouble !== null) throw trouble;
  };
  return {
    device,
    summary,
    pipelines: new Pipelines(device),
    shares,
    mostBytes: mostBytes(summary),
    check,
    async answer(work) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        const late = () => reject(new DeviceLost(`the GPU did not answer for ${answerMs / 1000} s`));
        timer = setTimeout(late, answerMs);
      });
      try {
        const result = await Promise.race([work, silence, troubled.promise]);
        check();
        return result;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}
