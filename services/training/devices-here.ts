// What this process can compute on: the processor as WebAssembly sees it, and the GPU that WebGPU finds.

import { availableParallelism, cpus } from 'node:os';
import type { WorkerDevices } from '#contracts/device.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';

export async function devicesHere(): Promise<WorkerDevices> {
  const found = await findAdapter();
  const backend = widestWasm();
  return {
    cpu: {
      model: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      simd: backend.fingerprint,
      wide: backend !== wasm,
    },
    webgpu:
      found.adapter === null
        ? { adapter: null, reason: found.reason }
        : { adapter: { ...found.summary, features: [...found.summary.features] }, reason: null },
  };
}
