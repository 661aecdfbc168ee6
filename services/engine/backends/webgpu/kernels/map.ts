// Map kernels: compute every store's value for each element.

import type { MapKernel } from '../../../lower/kernel.ts';
import { type Shader, type ShaderContext, storeLines } from '../shader.ts';
import { elementShader } from './elements.ts';

export function mapShader({ sizes, stores }: MapKernel, context: ShaderContext): Shader {
  const names = sizes.map((_, v) => `v${v}`);
  return elementShader(context, sizes, names, storeLines(context, stores, names));
}
