// Scatter kernels, without atomics: every element of the table has one owning thread, which adds the rows addressed to it in order.

import type { ScatterKernel } from '../../../lower/kernel.ts';
import { affineText, ExpressionCode } from '../expression.ts';
import type { Shader, ShaderContext } from '../shader.ts';
import { elementShader } from './elements.ts';

export function scatterShader(kernel: ScatterKernel, context: ShaderContext): Shader {
  const { rows, width, count, index, values, store } = kernel;
  const code = new ExpressionCode(context, ['i', 'column']);
  const value = code.put(values);
  const body = `var total: ${values.dtype} = 0;
  for (var i = 0; i < ${count}; i++) {
    if (bitcast<i32>(arena[${context.bases(index.buffer)} + ${affineText(index.address, ['i'])}]) != row) { continue; }
    ${code.lines.join('\n    ')}
    total += ${value};
  }
  arena[${context.bases(store.buffer)} + ${affineText(store.address, ['row', 'column'])}] = bitcast<u32>(total);`;
  return elementShader(context, [rows, width], ['row', 'column'], body);
}
