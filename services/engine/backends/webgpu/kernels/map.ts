// Map kernels: one thread an element.

import type { MapKernel } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { decode, type Shader, type ShaderContext, shader, storeLines } from '../shader.ts';

/** Threads of a workgroup: few for small maps, so that more than one core of the device has work. */
export function mapThreads(elements: number): number {
  return elements >= 4096 ? 256 : 64;
}

export function mapShader({ sizes, stores }: MapKernel, context: ShaderContext): Shader {
  const elements = sizeOf(sizes);
  const threads = mapThreads(elements);
  const names = sizes.map((_, v) => `v${v}`);
  const body = `
  let flat = group * ${threads} + lane;
  if (flat >= ${elements}) { return; }
  ${decode('flat', sizes, names)}
  ${storeLines(context, stores, names)}`;
  return shader(context, { threads, groups: Math.ceil(elements / threads), body });
}
