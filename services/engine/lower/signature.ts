// Kernel signatures: two kernels share code if they differ only in their buffers, which are parameters.

import { affineKey } from '../affine.ts';
import type { Affine, Expression } from '../expression.ts';
import { type Kernel, type Operand, storesOf } from './kernel.ts';

/** @returns a text that is equal for equal code, and the kernel's buffers in parameter order */
export function signatureOf(kernel: Kernel): { signature: string; buffers: number[] } {
  const buffers: number[] = [];
  const numbers = new Map<Expression, number>();
  const lines: string[] = [];
  const slot = (buffer: number) => {
    const at = buffers.indexOf(buffer);
    return at >= 0 ? at : buffers.push(buffer) - 1;
  };
  const place = (buffer: number, address: Affine) => `${slot(buffer)}@${affineKey(address)}`;

  /** Shared subexpressions are written once and referenced by number. */
  const describe = (node: Expression): number => {
    const known = numbers.get(node);
    if (known !== undefined) return known;
    const line = ((): string => {
      switch (node.kind) {
        case 'const':
          return `const ${node.dtype} ${Object.is(node.value, -0) ? '-0' : node.value}`;
        case 'index':
          return `index ${affineKey(node.index)}`;
        case 'load':
          return `load ${node.dtype} ${place(node.buffer, node.address)} ${
            node.row === null ? '' : `row ${describe(node.row)} × ${node.rowStride}`
          }`;
        case 'uniform':
          return `uniform ${node.stream} ${affineKey(node.element)}`;
        case 'op':
          return `${node.op} ${node.args.map(describe).join(' ')}`;
        case 'core':
          return 'core';
      }
    })();
    const number = lines.push(line) - 1;
    numbers.set(node, number);
    return number;
  };

  const placeOf = ({ buffer, address }: Operand) => place(buffer, address);
  const head: unknown[] = [kernel.form];
  for (const store of storesOf(kernel)) head.push(placeOf(store), describe(store.value));
  switch (kernel.form) {
    case 'map':
      head.push(kernel.sizes);
      break;
    case 'reduce':
      head.push(kernel.sizes, kernel.reduced, kernel.combine);
      head.push(kernel.terms.map(({ body }) => describe(body)));
      break;
    case 'contract':
      head.push(kernel.batch, kernel.m, kernel.n, kernel.k, placeOf(kernel.a), placeOf(kernel.b));
      break;
    case 'scatter':
      head.push(kernel.rows, kernel.width, kernel.count, placeOf(kernel.index));
  }
  return { signature: `${JSON.stringify(head)}\n${lines.join('\n')}`, buffers };
}
