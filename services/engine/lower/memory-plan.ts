// The memory plan: every buffer of a program in one arena, as byte addresses. States and data keep their place; scratch
// of one entry shares memory with what is dead by then, and with the scratch of the other entries.

import { widthOf } from '../expression.ts';
import { type Buffer, type LoweredEntry, type LoweredProgram, traffic } from './kernel.ts';

/** Cache line, and the width of the widest vector store. */
const ALIGNMENT = 64;
/** Vector loads at the end of a row may read past it, but by no more than this. */
const GUARD = 256;

export interface MemoryPlan {
  /** Byte address of each buffer, by buffer number. */
  readonly addresses: readonly number[];
  readonly bytes: number;
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The first and last kernel of the entry to access each buffer. Accesses to a part count for the buffer that contains it. */
export function lifetimes(
  entry: LoweredEntry,
  buffers: readonly Buffer[],
): Map<number, [first: number, last: number]> {
  const lives = new Map<number, [number, number]>();
  for (const [at, kernel] of entry.kernels.entries()) {
    const { reads, writes } = traffic(kernel);
    for (const touched of [...reads, ...writes]) {
      let whole = touched;
      for (let within = buffers[whole]!.within; within !== null; within = buffers[whole]!.within)
        whole = within.buffer;
      const life = lives.get(whole);
      if (life === undefined) lives.set(whole, [at, at]);
      else life[1] = at;
    }
  }
  return lives;
}

/**
 * Lays out the program's buffers starting at byte `base`. Scratch buffers are placed largest first, each at the lowest address that is free
 * during its lifetime.
 */
export function planMemory(program: LoweredProgram, base: number): MemoryPlan {
  const { buffers } = program;
  const addresses = new Array<number>(buffers.length).fill(-1);
  let end = align(base);
  for (const [id, buffer] of buffers.entries()) {
    if (buffer.kind === 'scratch' || buffer.within !== null) continue;
    addresses[id] = end;
    end = align(end + buffer.size * widthOf(buffer.dtype));
  }
  let bytes = end;
  for (const entry of program.entries) {
    const lives = lifetimes(entry, buffers);
    const scratch = [...lives].filter(([id]) => buffers[id]!.kind === 'scratch');
    scratch.sort(([a], [b]) => buffers[b]!.size - buffers[a]!.size || a - b);
    const placed = new Placed(scratch.length);
    for (const [id, [first, last]] of scratch) {
      const size = align(buffers[id]!.size * 4);
      const from = placed.put(end, size, first, last);
      addresses[id] = from;
      bytes = Math.max(bytes, from + size);
    }
  }
  // A part comes after the buffer that contains it, whose address is therefore known.
  for (const [id, { within }] of buffers.entries()) {
    if (within !== null) addresses[id] = addresses[within.buffer]! + within.offset * 4;
  }
  return { addresses, bytes: bytes + GUARD };
}

/**
 * Placed buffers and their lifetimes, sorted by address so that one pass finds the first gap. Parallel arrays, because long programs have
 * thousands.
 */
class Placed {
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  #count = 0;

  constructor(most: number) {
    this.#from = new Float64Array(most);
    this.#to = new Float64Array(most);
    this.#first = new Int32Array(most);
    this.#last = new Int32Array(most);
  }

  /** @returns the lowest address, at least `start`, that is free from kernel `first` to kernel `last` */
  put(start: number, size: number, first: number, last: number): number {
    let from = start;
    for (let i = 0; i < this.#count && this.#from[i]! < from + size; i++) {
      if (this.#to[i]! > from && first <= this.#last[i]! && this.#first[i]! <= last) from = this.#to[i]!;
    }
    let at = this.#count;
    while (at > 0 && this.#from[at - 1]! > from) at--;
    for (const list of [this.#from, this.#to, this.#first, this.#last])
      list.copyWithin(at + 1, at, this.#count);
    this.#from[at] = from;
    this.#to[at] = from + size;
    this.#first[at] = first;
    this.#last[at] = last;
    this.#count++;
    return from;
  }
}
