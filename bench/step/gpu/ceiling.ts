// The peak arithmetic throughput of a GPU that WGSL can reach: every thread runs chains of fused multiply-adds in registers, and touches
// memory only to keep the compiler from eliminating them.

import type { Device } from '#engine/backends/webgpu/device.ts';

const THREADS = 256;
/** Independent chains, each of four numbers. */
const CHAINS = 8;
const GROUPS = 4096;

const code = `
@group(0) @binding(0) var<storage, read_write> numbers: array<vec4<f32>>;
override turns: u32;
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let by = numbers[0];
  let plus = numbers[1];
  ${chains((i) => `var x${i} = plus * ${i + 1}.0;`)}
  for (var turn = 0u; turn < turns; turn++) {
    ${chains((i) => `x${i} = fma(x${i}, by, plus);`)}
  }
  numbers[2 + id.x] = ${Array.from({ length: CHAINS }, (_, i) => `x${i}`).join(' + ')};
}`;

function chains(line: (chain: number) => string): string {
  return Array.from({ length: CHAINS }, (_, i) => line(i)).join('\n  ');
}

/** One dispatch of `turns` iterations. @returns what the first thread computed, and the time in ms until the dispatch was complete */
export async function runFma(
  { device }: Device,
  turns: number,
  by: number,
  plus: number,
  groups = GROUPS,
): Promise<{ result: number; millis: number }> {
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main', constants: { turns } },
  });
  const numbers = device.createBuffer({
    size: (2 + groups * THREADS) * 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const answer = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    device.queue.writeBuffer(numbers, 0, Float32Array.of(by, by, by, by, plus, plus, plus, plus));
    const entries = [{ binding: 0, resource: { buffer: numbers } }];
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const dispatch = async () => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(groups);
      pass.end();
      const began = performance.now();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - began;
    };
    await dispatch();
    const millis = Math.min(await dispatch(), await dispatch(), await dispatch());
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(numbers, 32, answer, 0, 16);
    device.queue.submit([encoder.finish()]);
    await answer.mapAsync(GPUMapMode.READ);
    return { result: new Float32Array(answer.getMappedRange().slice(0))[0]!, millis };
  } finally {
    numbers.destroy();
    answer.destroy();
  }
}

/** TFLOP/s, from the difference between two lengths, so that the overhead of a dispatch cancels out. */
export async function fmaCeiling(device: Device): Promise<number> {
  const [short, long] = [1024, 9 * 1024];
  const fast = await runFma(device, short, 0.5, 1);
  const slow = await runFma(device, long, 0.5, 1);
  const flops = GROUPS * THREADS * CHAINS * 4 * 2 * (long - short);
  return flops / (slow.millis - fast.millis) / 1e9;
}
