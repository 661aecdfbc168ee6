// Emits vector loads: four elements along the lane variable, which are contiguous, at stride 2, or in rows gathered by number.

import { affineKey, coefficient } from '../../affine.ts';
import { type Expression, widthOf } from '../../expression.ts';
import type { FunctionBuilder } from './assembler/function-builder.ts';
import { EVEN, loadLanes, ODD } from './lanes.ts';
import type { Walk } from './walk.ts';

type Load = Expression & { kind: 'load' };

export class VectorLoads {
  readonly #f: FunctionBuilder;
  readonly #walk: Walk;
  readonly #lane: number | null;
  readonly #lanes: number;
  /** Where loads of every second element begin. */
  readonly #everySecond = new Set<string>();
  /** The locals of two vectors, by the place of their first element. */
  readonly #eight = new Map<string, readonly [number, number]>();

  /** The parameters are those of VectorCode. */
  constructor(f: FunctionBuilder, walk: Walk, lane: number | null, lanes: number) {
    this.#f = f;
    this.#walk = walk;
    this.#lane = lane;
    this.#lanes = lanes;
  }

  /** Called for every load before the first `put`, so that loads of the even and the odd elements share their vectors. */
  announce(node: Load): void {
    if (this.#isEverySecond(node)) this.#everySecond.add(placeOf(node));
  }

  /** Pushes the loaded vector on the stack. */
  put(node: Load): void {
    const f = this.#f;
    const stride = this.#lane === null ? 0 : coefficient(node.address, this.#lane);
    const { row } = node;
    if (this.#isEverySecond(node)) {
      this.#loadEverySecond(node);
      return;
    }
    if (row === null) {
      loadLanes(f, this.#walk.address(node.buffer, node.address), stride, this.#lanes);
      return;
    }
    if (row.kind !== 'load') throw new Error('a row number must be a stored one');
    const rowStep = this.#lane === null ? 0 : coefficient(row.address, this.#lane);
    const width = widthOf(node.dtype);
    const rowAddress = (lane: number) => {
      const offset = this.#walk.address(node.buffer, node.address);
      const rowOffset = this.#walk.address(row.buffer, row.address);
      f.i32Load(rowOffset + lane * rowStep * 4)
        .i32(node.rowStride * width)
        .op('i32_mul')
        .op('i32_add');
      return offset;
    };
    if (node.dtype === 'u8') {
      this.#loadBytes(rowAddress, rowStep, stride);
      return;
    }
    if (rowStep === 0 && stride === 0) f.memory('v128_load32_splat', rowAddress(0));
    else if (rowStep === 0 && stride === 1) f.memory('v128_load', rowAddress(0));
    else {
      const offset = { value: 0 };
      f.i32x4(0);
      this.#each((lane) =>
        this.#laneLoad(
          lane,
          () => {
            offset.value = rowAddress(lane);
          },
          () => offset.value + lane * stride * 4,
        ),
      );
    }
  }

  /** Loads four bytes as integers. @param rowAddress pushes the address of a lane's row and returns the offset to add */
  #loadBytes(rowAddress: (lane: number) => number, rowStep: number, stride: number): void {
    const f = this.#f;
    if (rowStep === 0 && stride === 1) {
      f.memory('v128_load32_zero', rowAddress(0));
      f.op('i16x8_extend_low_i8x16_u').op('i32x4_extend_low_i16x8_u');
      return;
    }
    const vector = f.local('v128');
    f.i32x4(0).set(vector);
    this.#each((lane) => {
      const offset = rowAddress(lane) + lane * stride;
      // Into the lowest byte of the lane.
      f.get(vector)
        .memory('v128_load8_lane', offset, 4 * lane)
        .set(vector);
    });
    f.get(vector);
    f.release(vector);
  }

  #each(body: (lane: number) => void): void {
    for (let lane = 0; lane < this.#lanes; lane++) body(lane);
  }

  /** Replaces the vector on the stack by one with lane `lane` loaded. */
  #laneLoad(lane: number, address: () => void, offset: number | (() => number)): void {
    const f = this.#f;
    const vector = f.local('v128');
    f.set(vector);
    address();
    f.get(vector).memory('v128_load32_lane', typeof offset === 'number' ? offset : offset(), lane);
    f.release(vector);
  }

  /** Whether the lanes are every second element in memory. */
  #isEverySecond(node: Load): boolean {
    return node.row === null && this.#lane !== null && coefficient(node.address, this.#lane) === 2;
  }

  /** Every second of eight elements. The load of the other four uses the same two vectors. */
  #loadEverySecond(node: Load): void {
    const f = this.#f;
    const before = this.#eight.get(placeOf(node, -1));
    if (before !== undefined) {
      f.get(before[0]).get(before[1]).shuffle(ODD);
      return;
    }
    const offset = this.#walk.address(node.buffer, node.address);
    if (!this.#everySecond.has(placeOf(node, 1))) {
      loadLanes(f, offset, 2, this.#lanes);
      return;
    }
    const [address, low, high] = [f.local('i32'), f.local('v128'), f.local('v128')];
    f.tee(address).memory('v128_load', offset).set(low);
    f.get(address)
      .memory('v128_load', offset + 16)
      .set(high);
    f.release(address);
    this.#eight.set(placeOf(node), [low, high]);
    f.get(low).get(high).shuffle(EVEN);
  }

  /** Releases the locals that loaded vectors are kept in. */
  done(): void {
    for (const local of [...this.#eight.values()].flat()) this.#f.release(local);
    this.#eight.clear();
  }
}

/** Identifies the place where a load begins, plus `by` elements. */
function placeOf({ buffer, address: { coefficients, offset } }: Load, by = 0): string {
  return `${buffer}@${affineKey({ coefficients, offset: offset + by })}`;
}
