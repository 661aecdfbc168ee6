// Decides where to store tensors whose consumer fixes the place: recorded values, outputs read after a run, and the inputs of assembled
// tensors, which are computed directly into their regions. Runs before any other place is decided.

import { ops } from '../ops/index.ts';
import { stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { BufferTable } from './buffers.ts';
import { isContiguous, type Place } from './place.ts';

/** Where an assembled tensor is stored, and the region of each of its inputs. */
export interface Assembly {
  readonly place: Place;
  readonly regions: readonly Place[];
}

export class Destinations {
  readonly #wanted = new Map<Tensor, Place>();
  readonly #assemblies = new Map<Tensor, Assembly>();
  readonly #buffers: BufferTable;

  /**
   * @param wishes tensors, each with the place where it is wanted
   * @param needed what the entry computes, inputs before their users
   */
  constructor(
    buffers: BufferTable,
    wishes: readonly (readonly [Tensor, Place])[],
    needed: readonly Tensor[],
  ) {
    this.#buffers = buffers;
    for (const [t, place] of wishes) this.#want(t, place);
    // Consumers first, so that nested parts are recognized.
    for (const t of [...needed].reverse()) if (t.op.meaning.kind === 'assemble') this.#plan(t);
  }

  of(t: Tensor): Place | null {
    return this.#assemblies.get(t)?.place ?? this.#wanted.get(t) ?? null;
  }

  assembly(t: Tensor): Assembly {
    return this.#assemblies.get(t)!;
  }

  /** The first place requested for a tensor wins; the others get copies. */
  #want(t: Tensor, place: Place): void {
    if (this.#wanted.has(t)) return;
    if (t.op === ops.reshape && isContiguous(place, t.shape)) {
      this.#want(t.inputs[0]!, { ...place, strides: stridesOf(t.inputs[0]!.shape) });
    } else if (t.op !== ops.state) this.#wanted.set(t, place);
  }

  #plan(t: Tensor): void {
    const { meaning } = t.op;
    if (meaning.kind !== 'assemble') return;
    const wanted = this.#wanted.get(t);
    const place = wanted !== undefined && this.#mayHold(wanted, t) ? wanted : this.#ownPlace(t);
    const regions = meaning.regions(t).map(({ offset, strides }, i) => {
      const { shape } = t.inputs[i]!;
      const reach = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 1);
      return { buffer: this.#buffers.part(place.buffer, place.offset + offset, reach), offset: 0, strides };
    });
    this.#assemblies.set(t, { place, regions });
    for (const [i, input] of t.inputs.entries()) this.#want(input, regions[i]!);
  }

  /** Gaps between the parts (concat has none) hold zeros, which persist only if nothing else writes there. */
  #mayHold(place: Place, t: Tensor): boolean {
    const gapsAreSafe = t.op === ops.concat || this.#buffers.all[place.buffer]!.kind === 'output';
    return gapsAreSafe && isContiguous(place, t.shape);
  }

  #ownPlace(t: Tensor): Place {
    return this.#buffers.whole(t.op === ops.concat ? 'scratch' : 'output', `${t.op.name} ${t.id}`, t);
  }
}
