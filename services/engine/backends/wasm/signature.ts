// When are two kernels the same code? When they differ only in which buffers they work on: those are parameters.

import type { Affine, Expression } from '../../expression.ts';
import { affineKey } from '../../lower/affine.ts';
import type { Kernel } from '../../lower/kernel.ts';

/** @returns a text that is equal for equal code, and the kernel's buffers in the order of the parameters */
export function signatureOf(kernel: Kernel): { signature: string; buffers: number[] } {
  const buffers: number[] = [];
  const numbers = new Map<Expression, number>();
  const lines: string[] = [];
  const slot = (buffer: number) => {
    const at = buffers.indexOf(buffer);
    return at >= 0 ? at : buffers.push(buffer) - 1;
  };
  const place = (buffer: number, address: Affine) => `${slot(buffer)}@${affineKey(address)}`;

  /** Shared parts are written once and named by number. */
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

  const head: unknown[] = [kernel.form, kernel.sizes];
  if (kernel.form === 'map') {
    for (const { buffer, address, value } of kernel.stores)
      head.push(place(buffer, address), describe(value));
  } else {
    const { buffer, address, value } = kernel.store;
    head.push(place(buffer, address), describe(value));
    if (kernel.form === 'reduce') head.push(kernel.reduced, kernel.combine, describe(kernel.body));
    else {
      head.push(
        kernel.depth,
        place(kernel.a.buffer, kernel.a.address),
        place(kernel.b.buffer, kernel.b.address),
      );
    }
  }
  return { signature: `${JSON.stringify(head)}\n${lines.join('\n')}`, buffers };
}
