// The GPU that the suites run on: a real one if the machine has it, else the software adapter that npm installs.

import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { openDevice } from '#engine/backends/webgpu/device.ts';
import { type WebGpuBackend, webgpuBackend } from '#engine/backends/webgpu/webgpu.ts';

/** A WebGPU backend for one test file; null if global-setup.ts found no adapter. */
export async function testGpu(): Promise<WebGpuBackend | null> {
  if (process.env.EPOCHD_TESTS_WITHOUT_GPU === '1') return null;
  const found = await findAdapter();
  if (found.adapter === null) throw new Error(found.reason);
  return webgpuBackend(await openDevice(found.adapter, found.summary));
}
