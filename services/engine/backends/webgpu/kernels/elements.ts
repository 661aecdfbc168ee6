// One thread per element, for kernels whose elements are independent.

import { sizeOf } from '../../../shape.ts';
import { decode, type Shader, type ShaderContext, shader } from '../shader.ts';

/** Elements from which workgroups are large; below, small workgroups spread over more of the device. */
const MANY = 4096;

/**
 * @param names of the loop variables, one per size
 * @param body code for one element; `flat` is its row-major index
 */
export function elementShader(
  context: ShaderContext,
  sizes: readonly number[],
  names: readonly string[],
  body: string,
): Shader {
  const elements = sizeOf(sizes);
  const threads = elements >= MANY ? 256 : 64;
  return shader(context, {
    threads,
    groups: Math.ceil(elements / threads),
    body: `
  let flat = group * ${threads} + lane;
  if (flat >= ${elements}) { return; }
  ${decode('flat', sizes, names)}
  ${body}`,
  });
}
