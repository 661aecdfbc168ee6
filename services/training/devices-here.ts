// The devices of this process: the CPU with the WebAssembly features it supports, and the GPU that WebGPU finds.

import type { WorkerDevices } from '#contracts/device.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { processor } from './processor.ts';

export async function devicesHere(): Promise<WorkerDevices> {
  const found = await findAdapter();
  const backend = widestWasm();
  return {
    cpu: {
      ...processor(),
      simd: backend.fingerprint,
      wide: backend !== wasm,
    },
    webgpu:
      found.adapter === null
        ? { adapter: null, reason: found.reason }
        : { adapter: { ...found.summary, features: [...found.summary.features] }, reason: null },
  };
}
