// Finds a GPU: Dawn through the optional package `webgpu`, or the browser's own WebGPU. The package is loaded on first use; if it has no
// binary for this platform, the reason is returned instead of thrown.

/** What is known about an adapter before opening a device on it. */
export interface AdapterSummary {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Emulated on the CPU (SwiftShader, llvmpipe …): correct but slow. */
  readonly software: boolean;
  readonly features: readonly string[];
  /** In bytes; the last one in threads per workgroup. */
  readonly limits: {
    readonly maxBufferSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxComputeWorkgroupStorageSize: number;
    readonly maxComputeInvocationsPerWorkgroup: number;
  };
}

export type FoundAdapter =
  | { readonly adapter: GPUAdapter; readonly summary: AdapterSummary }
  | { readonly adapter: null; readonly reason: string };

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|warp/i;

/** Keeps Dawn alive: its adapters and devices become invalid once this object is collected. */
let provider: GPU | null = null;

async function gpuProvider(): Promise<GPU> {
  if (provider !== null) return provider;
  if (typeof process === 'undefined') {
    if (globalThis.navigator?.gpu === undefined) throw new Error('this browser has no WebGPU');
    provider = navigator.gpu;
  } else {
    const dawn = await import('webgpu');
    Object.assign(globalThis, dawn.globals);
    provider = dawn.create([]);
  }
  return provider;
}

export async function findAdapter(): Promise<FoundAdapter> {
  let gpu: GPU;
  try {
    gpu = await gpuProvider();
  } catch (error) {
    return { adapter: null, reason: `the package webgpu does not load: ${firstLine(error)}` };
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    return {
      adapter: null,
      reason: 'no adapter: no GPU, or no Vulkan driver and loader (libvulkan.so.1) for it',
    };
  }
  return { adapter, summary: summaryOf(adapter) };
}

function summaryOf(adapter: GPUAdapter): AdapterSummary {
  const { vendor, architecture, device, description } = adapter.info;
  const { limits } = adapter;
  return {
    vendor,
    architecture,
    description: description || device,
    software:
      adapter.info.isFallbackAdapter === true ||
      SOFTWARE.test(`${vendor} ${architecture} ${device} ${description}`),
    features: [...adapter.features].sort(),
    limits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!;
}
