// Decides where an entry's tensors are stored: in a buffer of their own, or as a view of another tensor's.

import { ops } from '../ops/index.ts';
import { stridesOf } from '../shape.ts';
import { isResultOf, type Tensor } from '../tensor.ts';
import { isContiguous, type Place, wholePlace } from './place.ts';

export class Places {
  readonly #own = new Map<Tensor, Place>();
  readonly #inOrder = new Map<Tensor, Place>();
  readonly #slots: ReadonlyMap<string, number>;

  /** @param slots the buffers of states by name */
  constructor(slots: ReadonlyMap<string, number>) {
    this.#slots = slots;
  }

  set(t: Tensor, place: Place): void {
    this.#own.set(t, place);
  }

  /** Records another place of a stored tensor, in which it is contiguous. */
  setInOrder(t: Tensor, place: Place): void {
    this.#inOrder.set(t, place);
  }

  /** A place where `t` is contiguous; null if there is none. */
  inOrder(t: Tensor): Place | null {
    const place = this.of(t);
    return place !== null && isContiguous(place, t.shape) ? place : (this.#inOrder.get(t) ?? null);
  }

  /** The place of `t`; null if it is not in memory. */
  of(t: Tensor): Place | null {
    const own = this.#own.get(t);
    if (own !== undefined) return own;
    if (isResultOf(t, ops.state)) return wholePlace(this.#slots.get(t.attrs.name)!, t.shape);
    if (t.op !== ops.reshape && t.op !== ops.slice) return null;
    const input = t.inputs[0]!;
    const place = this.of(input);
    if (place === null) return null;
    if (!isResultOf(t, ops.slice)) {
      return isContiguous(place, input.shape) ? { ...place, strides: stridesOf(t.shape) } : null;
    }
    const { start, step } = t.attrs;
    return {
      buffer: place.buffer,
      offset: start.reduce((sum, from, axis) => sum + from * place.strides[axis]!, place.offset),
      strides: place.strides.map((stride, axis) => stride * step[axis]!),
    };
  }
}
