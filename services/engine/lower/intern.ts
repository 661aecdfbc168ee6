// Hash-consing: makes equal expressions one object, so that an emitter, which computes every object once, does no duplicate work.

import { affineKey } from '../affine.ts';
import type { Expression } from '../expression.ts';

export class Interner {
  readonly #known = new Map<string, Expression>();
  readonly #numbers = new Map<Expression, number>();
  readonly #seen = new Map<Expression, Expression>();

  /** An equal expression that shares its parts with all equal expressions interned before. */
  of(node: Expression): Expression {
    const before = this.#seen.get(node);
    if (before !== undefined) return before;
    let own = node;
    if (node.kind === 'op') own = { ...node, args: node.args.map((arg) => this.of(arg)) };
    else if (node.kind === 'load' && node.row !== null) own = { ...node, row: this.of(node.row) };
    const key = this.#keyOf(own);
    let shared = this.#known.get(key);
    if (shared === undefined) {
      shared = own;
      this.#known.set(key, shared);
      this.#numbers.set(shared, this.#numbers.size);
    }
    this.#seen.set(node, shared);
    this.#seen.set(shared, shared);
    return shared;
  }

  /** Number of distinct parts. */
  get size(): number {
    return this.#numbers.size;
  }

  #keyOf(node: Expression): string {
    switch (node.kind) {
      case 'const':
        return `const ${node.dtype} ${Object.is(node.value, -0) ? '-0' : node.value}`;
      case 'index':
        return `index ${affineKey(node.index)}`;
      case 'load': {
        const row = node.row === null ? '' : `${this.#numbers.get(node.row)} × ${node.rowStride}`;
        return `load ${node.dtype} ${node.buffer} ${affineKey(node.address)} ${row}`;
      }
      case 'uniform':
        return `uniform ${node.stream} ${affineKey(node.element)}`;
      case 'op':
        return `${node.op} ${node.dtype} ${node.args.map((arg) => this.#numbers.get(arg)).join(' ')}`;
      case 'core':
        return `core ${node.dtype}`;
    }
  }
}
