// Small contractions: one thread per result, k in ascending order, with fused multiply-adds.

import type { ContractKernel, Operand } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { affineText } from '../expression.ts';
import { decode, type Shader, type ShaderContext, storeLines } from '../shader.ts';
import { namesOf, resultsOf } from './contract-names.ts';
import { elementShader } from './elements.ts';

export function plainContractShader(kernel: ContractKernel, context: ShaderContext): Shader {
  const names = namesOf(kernel);
  const results = resultsOf(kernel, names);
  const load = ({ buffer, address }: Operand) =>
    `bitcast<f32>(arena[${context.bases(buffer)} + ${affineText(address, names.all)}])`;
  const body = `var core = 0.0;
  for (var depth = 0; depth < ${sizeOf(kernel.k)}; depth++) {
    ${decode('depth', kernel.k, names.k)}
    core = fma(${load(kernel.a)}, ${load(kernel.b)}, core);
  }
  ${storeLines(context, [kernel.store], results.names, 'core')}`;
  return elementShader(context, results.sizes, results.names, body);
}
