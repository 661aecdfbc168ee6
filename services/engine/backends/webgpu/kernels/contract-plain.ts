// Small contractions: a thread a result, k in ascending order, with fused multiply-adds.

import type { ContractKernel, Operand } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { affineText } from '../expression.ts';
import { decode, type Shader, type ShaderContext, shader, storeLines } from '../shader.ts';
import { namesOf } from './contract-names.ts';
import { mapThreads } from './map.ts';

export function plainContractShader(kernel: ContractKernel, context: ShaderContext): Shader {
  const names = namesOf(kernel);
  const sizes = [...kernel.batch, ...kernel.m, ...kernel.n];
  const variables = [...names.batch, ...names.m, ...names.n];
  const results = sizeOf(sizes);
  const threads = mapThreads(results);
  const load = ({ buffer, address }: Operand) =>
    `bitcast<f32>(arena[${context.bases(buffer)} + ${affineText(address, names.all)}])`;
  const body = `
  let flat = group * ${threads} + lane;
  if (flat >= ${results}) { return; }
  ${decode('flat', sizes, variables)}
  var core = 0.0;
  for (var depth = 0; depth < ${sizeOf(kernel.k)}; depth++) {
    ${decode('depth', kernel.k, names.k)}
    core = fma(${load(kernel.a)}, ${load(kernel.b)}, core);
  }
  ${storeLines(context, [kernel.store], variables, 'core')}`;
  return shader(context, { threads, groups: Math.ceil(results / threads), body });
}
