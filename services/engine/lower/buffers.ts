// The buffers of a program during lowering: those shared by all entries, and those that each entry adds.

import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Buffer, BufferKind } from './kernel.ts';
import { type Place, wholePlace } from './place.ts';

export class BufferTable {
  readonly all: Buffer[] = [];
  /** States and data by name. */
  readonly slots = new Map<string, number>();

  /** @returns the buffer's number */
  add(buffer: Omit<Buffer, 'within'>, within: Buffer['within'] = null): number {
    return this.all.push({ ...buffer, within }) - 1;
  }

  /** A part of another buffer: `size` elements starting at `offset`. */
  part(parent: number, offset: number, size: number): number {
    const { kind, name, dtype } = this.all[parent]!;
    return this.add({ kind, name: `${name}+${offset}`, size, dtype }, { buffer: parent, offset });
  }

  /** A new buffer that holds a whole tensor. */
  whole(kind: BufferKind, name: string, t: Tensor): Place {
    return wholePlace(this.add({ kind, name, size: sizeOf(t.shape), dtype: t.dtype }), t.shape);
  }
}
