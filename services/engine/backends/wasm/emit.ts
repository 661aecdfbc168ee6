// Emits a lowered program as a WebAssembly module: one function per distinct kernel, and one function per entry that loops over whole
// steps.

import { widthOf } from '../../expression.ts';
import type { Kernel, LoweredProgram } from '../../lower/kernel.ts';
import { rebase } from '../../lower/rebase.ts';
import { signatureOf } from '../../lower/signature.ts';
import type { Program } from '../../program.ts';
import { seedWord } from '../../random.ts';
import { FunctionBuilder } from './assembler/function-builder.ts';
import { ModuleBuilder } from './assembler/module-builder.ts';
import { emitContract } from './kernels/contract.ts';
import { emitMap } from './kernels/map.ts';
import type { Panels } from './kernels/panel.ts';
import { emitReduce } from './kernels/reduce.ts';
import { emitScatter } from './kernels/scatter.ts';
import { type Layout, layOut } from './layout.ts';
import { type Call, emitCall, emitStepLoop, type Meeting } from './step-loop.ts';
import { barrierWords, emitBarrier } from './threads/barrier.ts';
import { schedule, type Turn } from './threads/schedule.ts';
import { Share } from './threads/share.ts';
import type { Surroundings } from './vector.ts';

export interface Emitted {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  readonly pages: number;
  readonly functions: number;
}

/** Imports of a module that several threads run: the thread's number, and the byte offset of its own memory from thread 0's. */
export const THREAD = 'thread';
export const OWN = 'own';

export interface Shape {
  /** Whether V8 computes pairs of vectors as one on this machine, which affects the shape of the tiles. */
  readonly wide: boolean;
  /** Number of threads that run the program. */
  readonly threads: number;
  /** Minimum work, in nanoseconds, for a kernel to be split across threads, if not the default. */
  readonly least?: number;
  /** Whether every kernel of every entry is also exported separately (see partName). Single-threaded only. */
  readonly parts?: boolean;
}

/** Export name of the entry's `at`-th kernel. */
export function partName(entry: string, at: number): string {
  return `${entry} ${at}`;
}

export function emitProgram(program: Program, lowered: LoweredProgram, shape: Shape): Emitted {
  const { wide, threads } = shape;
  const layout = layOut(program, lowered, wide, threads);
  const module = new ModuleBuilder();
  const around: Surroundings = {
    seed: seedWord(program.seed),
    counter: layout.counter,
    define: (f) => module.add(f),
    wide,
  };
  const meeting: Meeting | null =
    threads === 1
      ? null
      : {
          threads,
          thread: module.importGlobal(THREAD),
          own: module.importGlobal(OWN),
          barrier: module.add(emitBarrier(barrierWords(layout.barrier), threads)),
        };
  const known = new Map<string, number>();

  // The split is determined by what the signature covers, so kernels that share code also share the split.
  const callOf = ({ kernel: from, split, waits }: Turn): Call => {
    const { kernel, bases } = rebase(from);
    const { signature, buffers } = signatureOf(kernel);
    let index = known.get(signature);
    if (index === undefined) {
      const slots = new Map(buffers.map((buffer, parameter) => [buffer, parameter]));
      const f = new FunctionBuilder(buffers.length);
      emitKernel(f, kernel, slots, around, layout.panels, new Share(f, meeting, split));
      index = module.add(f);
      known.set(signature, index);
    }
    const addresses = buffers.map((buffer) => layout.plan.addresses[buffer]! + 4 * (bases.get(buffer) ?? 0));
    return { index, addresses, alone: split === null, waits };
  };

  const sizes = lowered.buffers.map(({ size, dtype }) => Math.ceil((size * widthOf(dtype)) / 4));
  for (const entry of lowered.entries) {
    const turns = schedule(entry.kernels, layout.plan, sizes, shape);
    const calls = turns.map(callOf);
    if (shape.parts) {
      for (const [at, call] of calls.entries())
        module.export(partName(entry.name, at), module.add(emitCall(call)));
    }
    module.export(entry.name, module.add(emitStepLoop(entry, layout, calls, meeting)));
  }
  const pages = Math.ceil(layout.bytes / 65536);
  return { module: module.encode(pages, threads > 1), layout, pages, functions: known.size };
}

function emitKernel(
  f: FunctionBuilder,
  kernel: Kernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  panels: Panels,
  share: Share,
): void {
  switch (kernel.form) {
    case 'map':
      emitMap(f, kernel, slots, around, share);
      return;
    case 'reduce':
      emitReduce(f, kernel, slots, around, share);
      return;
    case 'contract':
      emitContract(f, kernel, slots, around, panels, share);
      return;
    case 'scatter':
      emitScatter(f, kernel, slots, around, share);
  }
}
