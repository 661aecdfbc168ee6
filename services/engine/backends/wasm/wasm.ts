// The WebAssembly backend: a program becomes one module over one memory. A run executes k whole steps in one call, on the calling thread
// and, if there is a pool and the program is worth it, on the pool's threads.

import { OutOfMemory } from '../../errors.ts';
import type { Stored } from '../../expression.ts';
import { lower } from '../../lower/lower.ts';
import type { Program } from '../../program.ts';
import type { Backend, Executable, Numbers, RunOptions } from '../backend.ts';
import { checkOrder, checkRun, checkWrite } from '../checks.ts';
import { emitProgram, OWN, partName, THREAD } from './emit.ts';
import type { Layout } from './layout.ts';
import { fusesMultiplyAdd } from './probe.ts';
import { barrierWords } from './threads/barrier.ts';
import { threadsFor } from './threads/count.ts';
import type { Attached, ThreadPool } from './threads/pool.ts';

export interface WasmOptions {
  /** Whether V8 computes pairs of vectors as one (see wide.ts): faster, with identical bits. */
  readonly wide: boolean;
  /** Additional threads; null for none. The bits do not depend on the number of threads. */
  readonly pool: ThreadPool | null;
  /** Number of threads per program, this one included; by default derived from the amount of work. */
  readonly threads?: number;
  /** Minimum nanoseconds of work for a kernel to be split across threads, if not the default. */
  readonly least?: number;
  /** Whether every kernel can also be run separately, for measuring. Single-threaded only. */
  readonly parts?: boolean;
}

interface View {
  readonly address: number;
  readonly size: number;
  readonly dtype: Stored;
}

/**
 * Incremented whenever the bits of some program change. 2: long sums as a tree. 3: norms in closed form, sums merged. 4: exp is 0 below
 * −87, and subnormal optimizer moments become 0. 5: tanh(−0) is −0.
 */
const NUMERICS = 5;

export class WasmExecutable implements Executable {
  readonly bytes: number;
  /** Number of threads that run the program, this one included. */
  readonly threads: number;
  readonly #others: Attached | null;
  readonly #program: Program;
  readonly #memory: WebAssembly.Memory;
  readonly #layout: Layout;
  readonly #views = new Map<string, View>();
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #entries: ReadonlyMap<
    string,
    { run: (steps: number, cursor: number, counter: number) => void; batch: number; records: number }
  >;

  constructor(program: Program, { wide, pool, threads: wanted, least, parts = false }: WasmOptions) {
    const lowered = lower(program);
    const threads = pool === null ? 1 : (wanted ?? threadsFor(lowered, pool.size));
    const emitted = emitProgram(program, lowered, {
      wide,
      threads,
      parts,
      ...(least === undefined ? {} : { least }),
    });
    const { layout, pages } = emitted;
    const shared = threads > 1;
    this.#program = program;
    this.#layout = layout;
    this.threads = threads;
    this.bytes = pages * 65536;
    this.#memory = allocated(pages, shared);
    const module = new WebAssembly.Module(emitted.module);
    const instance = new WebAssembly.Instance(module, {
      env: { memory: this.#memory, [THREAD]: 0, [OWN]: 0 },
    });
    this.#exports = instance.exports;
    const { ownBytes } = layout;
    const barrier = barrierWords(layout.barrier);
    this.#others = shared ? pool!.attach({ module, memory: this.#memory, threads, ownBytes, barrier }) : null;
    const view = (buffer: number): View => {
      const { size, dtype } = lowered.buffers[buffer]!;
      return { address: layout.plan.addresses[buffer]!, size, dtype };
    };
    for (const [name, buffer] of lowered.slots) this.#views.set(name, view(buffer));
    for (const { outputs } of lowered.entries) {
      for (const [name, buffer] of outputs) this.#views.set(name, view(buffer));
    }
    this.#entries = new Map(
      lowered.entries.map(({ name, batch, recordCount }) => [
        name,
        { run: instance.exports[name] as () => void, batch, records: recordCount },
      ]),
    );
    this.writeOrder(Int32Array.from({ length: program.rows }, (_, i) => i));
  }

  #at({ address, size, dtype }: View): Numbers {
    const { buffer } = this.#memory;
    if (dtype === 'u8') return new Uint8Array(buffer, address, size);
    return dtype === 'i32' ? new Int32Array(buffer, address, size) : new Float32Array(buffer, address, size);
  }

  #view(slot: string): View {
    const view = this.#views.get(slot);
    if (view === undefined) throw new Error(`no slot "${slot}"`);
    return view;
  }

  write(slot: string, values: Numbers, offset?: number): void {
    const view = this.#view(slot);
    checkWrite(slot, values, view, offset);
    this.#at(view).set(values, offset);
  }

  async read(slot: string): Promise<Numbers> {
    return this.readNow(slot);
  }

  readNow(slot: string): Numbers {
    return this.#at(this.#view(slot)).slice();
  }

  writeOrder(order: Int32Array): void {
    checkOrder(this.#program, order);
    new Int32Array(this.#memory.buffer, this.#layout.tables.order, order.length).set(order);
  }

  async run(entryName: string, options: RunOptions): Promise<Float32Array> {
    return this.runNow(entryName, options);
  }

  /** The entry's `at`-th kernel alone, run on whatever the memory holds. Requires the option `parts`. */
  part(entryName: string, at: number): () => void {
    return this.#exports[partName(entryName, at)] as () => void;
  }

  dispose(): void {
    this.#others?.detach();
  }

  runNow(entryName: string, options: RunOptions): Float32Array {
    const entry = this.#entries.get(entryName);
    if (entry === undefined) throw new Error(`no entry "${entryName}"`);
    checkRun(this.#program, entry.batch, options);
    const { steps, cursor, counter, scalars } = options;
    new Float32Array(this.#memory.buffer, this.#layout.tables.scalars, scalars.length).set(scalars);
    this.#others?.start({ entry: entryName, steps, cursor, counter });
    entry.run(steps, cursor, counter);
    return new Float32Array(this.#memory.buffer, this.#layout.tables.records, steps * entry.records).slice();
  }
}

export function wasmBackend(options: WasmOptions): Backend {
  return {
    name: 'wasm',
    fingerprint: `wasm-simd-${fusesMultiplyAdd() ? 'fma' : 'mul-add'}-${NUMERICS}`,
    async compile(program) {
      await options.pool?.ready;
      return new WasmExecutable(program, options);
    },
  };
}

export const wasm = wasmBackend({ wide: false, pool: null });

/** @throws OutOfMemory if the machine cannot allocate that much, or WebAssembly cannot address it */
function allocated(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory(shared ? { initial: pages, maximum: pages, shared } : { initial: pages });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    const mib = Math.ceil(pages / 16);
    throw new OutOfMemory(
      `the job needs ${mib} MiB, which could not be allocated (${error.message}): use a smaller batch_size`,
    );
  }
}
