// Scatter kernels, without atomics: every element of the table has one owner, which adds the rows that are meant for it
// in their order.

import type { ScatterKernel } from '../../../lower/kernel.ts';
import { affineText, ExpressionCode } from '../expression.ts';
import { bits, decode, type Shader, type ShaderContext, shader } from '../shader.ts';
import { mapThreads } from './map.ts';

export function scatterShader(kernel: ScatterKernel, context: ShaderContext): Shader {
  const { rows, width, count, index, values, store } = kernel;
  const elements = rows * width;
  const threads = mapThreads(elements);
  const code = new ExpressionCode(context, ['i', 'column']);
  const value = code.put(values);
  const body = `
  let flat = group * ${threads} + lane;
  if (flat >= ${elements}) { return; }
  ${decode('flat', [rows, width], ['row', 'column'])}
  var total: ${values.dtype} = 0;
  for (var i = 0; i < ${count}; i++) {
    if (bitcast<i32>(arena[${context.bases(index.buffer)} + ${affineText(index.address, ['i'])}]) != row) { continue; }
    ${code.lines.join('\n    ')}
    total += ${value};
  }
  arena[${context.bases(store.buffer)} + ${affineText(store.address, ['row', 'column'])}] = ${bits('total')};`;
  return shader(context, { threads, groups: Math.ceil(elements / threads), body });
}
