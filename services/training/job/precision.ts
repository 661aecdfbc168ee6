// The number formats a job may be computed in. All kernels store and multiply float32; a job that requests half precision is refused
// rather than trained in a different one than it names.

import type { Device } from '#contracts/device.ts';
import type { Detail } from '#contracts/errors.ts';

/**
 * Why mixed precision is refused.
 * @param device null if the request names none that exists
 */
export function refuseMixed(device: Device | null, root = 'training'): Detail {
  const asked = device === null ? '' : ` (the job requests ${JSON.stringify(device)})`;
  const why =
    device === 'webgpu'
      ? 'the webgpu kernels store and multiply float32 only, even on adapters with shader-f16'
      : `it needs "device": "webgpu"${asked}, whose kernels store and multiply float32 only so far`;
  const message = `"mixed" is not available: ${why}; use "float32"`;
  return { param: `${root}.precision`, code: 'unsupported', message };
}
