// The number formats a job may be computed in. All kernels store and multiply float32; a job that requests half precision is refused
// rather than trained in a different one than it names.

import type { Device } from '#contracts/device.ts';
import type { Detail } from '#contracts/errors.ts';

/**
 * Why mixed precision is refused.
 * @param device null if the request names none that exists
 */
export function refuseMixed(device: Device | null, root = 'training'): Detail {
  const asked = device === null ? '' : ` (the job asks for ${JSON.stringify(device)})`;
  const why =
    device === 'webgpu'
      ? 'the kernels for webgpu store and multiply float32 only, on adapters with shader-f16, too'
      : `it needs "device": "webgpu"${asked}, and the kernels for that store and multiply float32 only as yet`;
  const message = `"mixed" cannot be had: ${why}; "float32" is what there is`;
  return { param: `${root}.precision`, code: 'unsupported', message };
}
