// A device of an adapter, with the limits that programs need, and its errors.

import { OutOfMemory } from '../../errors.ts';
import type { AdapterSummary } from './adapter.ts';
import { Pipelines } from './pipelines.ts';

export interface Device {
  readonly device: GPUDevice;
  readonly summary: AdapterSummary;
  readonly pipelines: Pipelines;
  /** Are kernels made for threads that share memory? See ShaderContext. */
  readonly shares: boolean;
  /** Bytes of the largest program. */
  readonly mostBytes: number;
  /** Throws what the device reported: lost, out of memory, an invalid call. */
  check(): void;
  /**
   * For waiting on the device: rejects if it reports an error, or does not respond for ANSWER_MS.
   * @throws DeviceLost, OutOfMemory
   */
  answer<T>(work: Promise<T>): Promise<T>;
  /** Frees everything that the device holds. */
  close(): void;
}

/** The device is lost or unresponsive: a fault of the machine, not of the job. */
export class DeviceLost extends Error {}

/** A run of steps takes milliseconds: a queue that is silent for so long hangs. */
export const ANSWER_MS = 60_000;

/** The most that a program may take on an adapter, in bytes: it lies in one buffer. */
export function mostBytes({ limits }: Pick<AdapterSummary, 'limits'>): number {
  return Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
}

/** @param shares false by default on software adapters */
export async function openDevice(
  adapter: GPUAdapter,
  summary: AdapterSummary,
  { shares = !summary.software, answerMs = ANSWER_MS } = {},
): Promise<Device> {
  const device = await adapter.requestDevice({ requiredLimits: { ...summary.limits } });
  let trouble: Error | null = null;
  let closed = false;
  const troubled = Promise.withResolvers<never>();
  // A waiting caller gets the error; if there is none, `check` reports it to the next one.
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
