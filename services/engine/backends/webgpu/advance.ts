// The work between two steps, on the device: copies the last step's records to the ring, and the next step's row numbers and scalars from
// the run's tables. It is a single workgroup, and the host is needed only to start a run of k steps. All addresses and counts are passed
// with the call, so one shader serves every program.

import type { RunTable, Transfer } from '../../lower/kernel.ts';
import { BEGUN, COUNTER, CURSOR, NEXT } from './run-header.ts';
import { bindings, type Shader } from './shader.ts';

const THREADS = 256;

/** Start of each of the run's tables in the arena, in elements. */
export type RunAddresses = Readonly<Record<RunTable, number>>;

/** The call's addresses in the order in which the shader reads them: the start of each table, then a buffer and a count per table. */
export function advanceBases(
  { order, scalars, records }: RunAddresses,
  transfers: readonly Transfer[],
  element: (buffer: number) => number,
): readonly number[] {
  const parts = (['order', 'scalars', 'records'] as const).flatMap((table) => {
    const transfer = transfers.find((each) => each.table === table);
    return transfer === undefined ? [0, 0] : [element(transfer.buffer), transfer.count];
  });
  return [order, scalars, records, ...parts];
}

export const advanceShader: Shader = {
  groups: 1,
  code: `${bindings(9)}
fn copy(count: i32, to: i32, source: i32, lane: i32) {
  for (var i = lane; i < count; i += ${THREADS}) { arena[to + i] = arena[source + i]; }
}
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) index: u32) {
  let lane = i32(index);
  let order = bases.at[0].x;
  let table = bases.at[0].y;
  let ring = bases.at[0].z;
  let rows = vec2<i32>(bases.at[0].w, bases.at[1].x);
  let scalars = bases.at[1].yz;
  let records = vec2<i32>(bases.at[1].w, bases.at[2].x);
  let begun = i32(arena[${BEGUN}]);
  let cursor = i32(arena[${CURSOR}]);
  let next = arena[${NEXT}];
  if (begun > 0) { copy(records.y, ring + (begun - 1) * records.y, records.x, lane); }
  copy(rows.y, rows.x, order + cursor, lane);
  copy(scalars.y, scalars.x, table + begun * scalars.y, lane);
  storageBarrier();
  workgroupBarrier();
  if (lane == 0) {
    arena[${COUNTER}] = next;
    arena[${BEGUN}] = u32(begun + 1);
    arena[${CURSOR}] = u32(cursor + rows.y);
    arena[${NEXT}] = next + 1u;
  }
}`,
};
