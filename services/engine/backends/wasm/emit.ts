// A lowered program as a WebAssembly module: one function per distinct kernel, one `run` function per entry that loops
// over whole steps. Also where everything lies in memory.

import type { Kernel, LoweredEntry, LoweredProgram } from '../../lower/kernel.ts';
import { type MemoryPlan, planMemory } from '../../lower/plan.ts';
import { rebase } from '../../lower/rebase.ts';
import { signatureOf } from '../../lower/signature.ts';
import type { Program } from '../../program.ts';
import { seedWord } from '../../random.ts';
import { FunctionBuilder, ModuleBuilder } from './assembler.ts';
import { emitContract } from './kernels/contract.ts';
import { emitMap } from './kernels/map.ts';
import { ASIDE_BYTES, type Panels } from './kernels/panel.ts';
import { emitReduce } from './kernels/reduce.ts';
import { emitScatter } from './kernels/scatter.ts';
import { tilingOf } from './kernels/tiling.ts';
import type { Surroundings } from './vector.ts';

/** Byte addresses of what is not a buffer of the lowered program. */
export interface Layout {
  /** i32: number of the current step. */
  readonly counter: number;
  /** i32 [rows]: the order of the epoch. */
  readonly order: number;
  /** f32 [maxSteps, scalars]: the host's numbers for every step of a run. */
  readonly scalarTable: number;
  /** f32 [maxSteps, records]: what every step reported. */
  readonly ring: number;
  readonly plan: MemoryPlan;
  readonly bytes: number;
}

export interface Emitted {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  readonly pages: number;
  readonly functions: number;
}

function layOut(program: Program, lowered: LoweredProgram, wide: boolean): Layout & { panels: Panels } {
  let end = 64;
  const take = (bytes: number) => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const counter = take(4);
  const order = take(program.rows * 4);
  const scalarTable = take(program.maxSteps * program.scalars.length * 4);
  const widest = Math.max(0, ...lowered.entries.map((entry) => entry.recordCount));
  const ring = take(program.maxSteps * widest * 4);
  const kernels = lowered.entries.flatMap((entry) => entry.kernels);
  const tilings = kernels.flatMap((kernel) => (kernel.form === 'contract' ? [tilingOf(kernel, wide)] : []));
  const panels = {
    a: take(Math.max(0, ...tilings.map(({ copyBytes }) => copyBytes))),
    b: take(Math.max(0, ...tilings.map(({ panelBytes }) => panelBytes))),
    aside: take(ASIDE_BYTES),
  };
  const plan = planMemory(lowered, end);
  return { counter, order, scalarTable, ring, panels, plan, bytes: plan.bytes };
}

/** A kernel's function, and the byte addresses that it works on. */
interface Call {
  readonly index: number;
  readonly addresses: readonly number[];
}

/** @param wide whether the machine computes pairs of vectors as one: tiles are shaped for it */
export function emitProgram(program: Program, lowered: LoweredProgram, wide: boolean): Emitted {
  const layout = layOut(program, lowered, wide);
  const module = new ModuleBuilder();
  const around: Surroundings = {
    seed: seedWord(program.seed),
    counter: layout.counter,
    define: (f) => module.add(f),
    wide,
  };
  const known = new Map<string, number>();

  const functionFor = (from: Kernel): Call => {
    const { kernel, bases } = rebase(from);
    const { signature, buffers } = signatureOf(kernel);
    let index = known.get(signature);
    if (index === undefined) {
      const slots = new Map(buffers.map((buffer, parameter) => [buffer, parameter]));
      const f = new FunctionBuilder(buffers.length);
      emitKernel(f, kernel, slots, around, layout.panels);
      index = module.add(f);
      known.set(signature, index);
    }
    const addresses = buffers.map((buffer) => layout.plan.addresses[buffer]! + 4 * (bases.get(buffer) ?? 0));
    return { index, addresses };
  };

  for (const entry of lowered.entries) {
    const calls = entry.kernels.map(functionFor);
    module.export(entry.name, module.add(emitRun(program, lowered, entry, layout, calls)));
  }
  const pages = Math.ceil(layout.bytes / 65536);
  return { module: module.encode(pages), layout, pages, functions: known.size };
}

function emitKernel(
  f: FunctionBuilder,
  kernel: Kernel,
  slots: ReadonlyMap<number, number>,
  around: Surroundings,
  panels: Panels,
): void {
  switch (kernel.form) {
    case 'map':
      emitMap(f, kernel, slots, around);
      return;
    case 'reduce':
      emitReduce(f, kernel, slots, around);
      return;
    case 'contract':
      emitContract(f, kernel, slots, around, panels);
      return;
    case 'scatter':
      emitScatter(f, kernel, slots, around);
  }
}

/** run(steps, cursor, counter): whole steps, without returning to JavaScript. */
function emitRun(
  program: Program,
  lowered: LoweredProgram,
  entry: LoweredEntry,
  layout: Layout,
  calls: readonly Call[],
): FunctionBuilder {
  const f = new FunctionBuilder(3);
  const [steps, cursor, counter] = [0, 1, 2];
  const { addresses } = layout.plan;
  const scalarBytes = program.scalars.length * 4;
  const recordBytes = entry.recordCount * 4;
  const [order, table, ring] = [f.local('i32'), f.local('i32'), f.local('i32')];
  f.i32(layout.order).get(cursor).i32(2).op('i32_shl').op('i32_add').set(order);
  f.i32(layout.scalarTable).set(table).i32(layout.ring).set(ring);
  f.loop(
    () => {
      f.i32(layout.counter).get(counter).i32Store();
      if (entry.rows !== null)
        f.i32(addresses[entry.rows]!)
          .get(order)
          .i32(entry.batch * 4)
          .memoryCopy();
      if (lowered.scalars !== null)
        f.i32(addresses[lowered.scalars]!).get(table).i32(scalarBytes).memoryCopy();
      for (const { index, addresses: given } of calls) {
        for (const address of given) f.i32(address);
        f.call(index);
      }
      if (entry.records !== null) f.get(ring).i32(addresses[entry.records]!).i32(recordBytes).memoryCopy();
      f.get(order)
        .i32(entry.batch * 4)
        .op('i32_add')
        .set(order);
      f.get(table).i32(scalarBytes).op('i32_add').set(table);
      f.get(ring).i32(recordBytes).op('i32_add').set(ring);
      f.get(counter).i32(1).op('i32_add').set(counter);
    },
    () => f.get(steps).i32(1).op('i32_sub').tee(steps),
  );
  return f;
}
