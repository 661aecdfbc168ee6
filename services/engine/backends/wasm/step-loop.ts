// The function of an entry: runs whole steps without returning to JavaScript. Every thread runs it. Per-step bookkeeping (step number,
// rows, scalars, records) is done by the first thread, between barriers.

import type { LoweredEntry } from '../../lower/kernel.ts';
import { FunctionBuilder } from './assembler/function-builder.ts';
import type { Layout } from './layout.ts';
import type { Instances } from './threads/share.ts';

/** A kernel's function and the byte addresses it is called with. */
export interface Call {
  readonly index: number;
  readonly addresses: readonly number[];
  /** Whether only thread 0 runs it. */
  readonly alone: boolean;
  /** Whether a barrier precedes it. */
  readonly waits: boolean;
}

/** The threads of a program, as seen by the generated code. */
export interface Meeting extends Instances {
  /** Index of the barrier function. */
  readonly barrier: number;
}

function writeCall(f: FunctionBuilder, { index, addresses }: Call): void {
  for (const address of addresses) f.i32(address);
  f.call(index);
}

/** A function that makes a single call. */
export function emitCall(call: Call): FunctionBuilder {
  const f = new FunctionBuilder(0);
  writeCall(f, call);
  return f;
}

/**
 * The function run(steps, cursor, counter).
 * @param meeting null if a single thread runs the program
 */
export function emitStepLoop(
  entry: LoweredEntry,
  layout: Layout,
  calls: readonly Call[],
  meeting: Meeting | null,
): FunctionBuilder {
  const f = new FunctionBuilder(3);
  const [steps, cursor, counter] = [0, 1, 2];
  const { prologue, epilogue } = entry;
  const { addresses } = layout.plan;
  const first = (body: () => void) => {
    if (meeting === null) body();
    else f.global(meeting.thread).op('i32_eqz').when(body);
  };
  const meet = () => {
    if (meeting !== null) f.call(meeting.barrier);
  };
  const call = (one: Call) => writeCall(f, one);
  // Address of the next step's row in each table.
  const next = new Map([...prologue, ...epilogue].map(({ table }) => [table, f.local('i32')]));
  for (const [table, local] of next) {
    f.i32(layout.tables[table]);
    if (table === 'order') f.get(cursor).i32(2).op('i32_shl').op('i32_add');
    f.set(local);
  }
  f.loop(
    () => {
      first(() => {
        f.i32(layout.counter).get(counter).i32Store();
        for (const { table, buffer, count } of prologue)
          f.i32(addresses[buffer]!)
            .get(next.get(table)!)
            .i32(count * 4)
            .memoryCopy();
      });
      meet();
      for (let at = 0; at < calls.length; ) {
        const { alone, waits } = calls[at]!;
        if (waits) meet();
        let end = at + 1;
        if (alone) {
          while (end < calls.length && calls[end]!.alone && !calls[end]!.waits) end++;
          first(() => calls.slice(at, end).forEach(call));
        } else call(calls[at]!);
        at = end;
      }
      meet();
      first(() => {
        for (const { table, buffer, count } of epilogue)
          f.get(next.get(table)!)
            .i32(addresses[buffer]!)
            .i32(count * 4)
            .memoryCopy();
      });
      for (const { table, count } of [...prologue, ...epilogue]) {
        const at = next.get(table)!;
        f.get(at)
          .i32(count * 4)
          .op('i32_add')
          .set(at);
      }
      f.get(counter).i32(1).op('i32_add').set(counter);
    },
    () => f.get(steps).i32(1).op('i32_sub').tee(steps),
  );
  return f;
}
