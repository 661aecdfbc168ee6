// A device's pipeline cache, keyed by shader source: programs that share a kernel share its pipeline, which is slow to compile. The least
// recently used pipelines are evicted.

import type { Shader } from './shader.ts';

/** Enough for a few large programs. */
const MOST_KEPT = 2048;

export class Pipelines {
  readonly bindGroupLayout: GPUBindGroupLayout;
  readonly #gpu: GPUDevice;
  readonly #layout: GPUPipelineLayout;
  readonly #made = new Map<string, Promise<GPUComputePipeline>>();

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
    const visibility = GPUShaderStage.COMPUTE;
    this.bindGroupLayout = gpu.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: 'storage' } },
        { binding: 1, visibility, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ],
    });
    this.#layout = gpu.createPipelineLayout({ bindGroupLayouts: [this.bindGroupLayout] });
  }

  async of({ code }: Shader): Promise<GPUComputePipeline> {
    const known = this.#made.get(code);
    this.#made.delete(code);
    const pipeline = known ?? this.#make(code);
    this.#made.set(code, pipeline);
    if (this.#made.size > MOST_KEPT) this.#made.delete(this.#made.keys().next().value!);
    return pipeline;
  }

  async #make(code: string): Promise<GPUComputePipeline> {
    const module = this.#gpu.createShaderModule({ code });
    // Not createComputePipelineAsync: Dawn then starts two threads per device and keeps them even after the device is destroyed.
    return this.#gpu.createComputePipeline({ layout: this.#layout, compute: { module } });
  }
}
