// The WebGPU backend: a program becomes WGSL kernels over one buffer; a run of k steps is one command buffer.

import type { Program } from '../../program.ts';
import type { Backend } from '../backend.ts';
import { findAdapter } from './adapter.ts';
import { type Device, openDevice } from './device.ts';
import { WebGpuExecutable } from './executable.ts';

/** Incremented whenever a program's bits change: generated code, tiles, summation trees. */
const NUMERICS = 4;

export interface WebGpuBackend extends Backend {
  readonly device: Device;
  compile(program: Program): Promise<WebGpuExecutable>;
}

export function webgpuBackend(device: Device): WebGpuBackend {
  const { vendor, architecture, description } = device.summary;
  return {
    name: 'webgpu',
    fingerprint: ['webgpu', NUMERICS, vendor, architecture, description].join('/'),
    device,
    compile: (program) => WebGpuExecutable.compile(program, device),
  };
}

/** @throws if there is no adapter, with the reason */
export async function openWebGpu(): Promise<WebGpuBackend> {
  const found = await findAdapter();
  if (found.adapter === null) throw new Error(found.reason);
  return webgpuBackend(await openDevice(found.adapter, found.summary));
}
