// Expressions as code: four elements at a time, along one loop variable (the lane variable). What an expression uses
// more than once is computed once and kept in a local.

import { affineKey, coefficient } from '../../affine.ts';
import { type Expression, type ScalarOp, widthOf } from '../../expression.ts';
import { STREAM } from '../../random.ts';
import type { FunctionBuilder } from './assembler/function-builder.ts';
import type { PlainOp } from './assembler/opcodes.ts';
import { emitErf } from './functions/erf.ts';
import { emitExp } from './functions/exp.ts';
import { emitLog } from './functions/log.ts';
import { emitTanh } from './functions/tanh.ts';
import { emitUniform } from './functions/uniform.ts';
import { EVEN, loadLanes, ODD } from './lanes.ts';
import type { Walk } from './walk.ts';

/** What code needs of the program around it. */
export interface Surroundings {
  /** Key word of the program's random numbers. */
  readonly seed: number;
  /** Byte address of the number of the current step. */
  readonly counter: number;
  /** Puts a function of its own into the module. @returns what to call it by */
  readonly define: (f: FunctionBuilder) => number;
  /** Are pairs of vectors computed as one of twice the width? */
  readonly wide: boolean;
}

type Simple = Exclude<ScalarOp, 'exp' | 'log' | 'tanh' | 'erf' | 'eq' | 'gt' | 'select' | 'max' | 'min'>;

const F32: Record<Simple, PlainOp> = {
  add: 'f32x4_add',
  sub: 'f32x4_sub',
  mul: 'f32x4_mul',
  div: 'f32x4_div',
  neg: 'f32x4_neg',
  abs: 'f32x4_abs',
  sqrt: 'f32x4_sqrt',
  to_f32: 'f32x4_convert_i32x4_s',
};

const I32: Partial<Record<ScalarOp, PlainOp>> = {
  add: 'i32x4_add',
  sub: 'i32x4_sub',
  mul: 'i32x4_mul',
  neg: 'i32x4_neg',
  abs: 'i32x4_abs',
  max: 'i32x4_max_s',
  min: 'i32x4_min_s',
};

export class VectorCode {
  readonly #f: FunctionBuilder;
  readonly #around: Surroundings;
  readonly #walk: Walk;
  readonly #lane: number | null;
  readonly #lanes: number;
  readonly #core: number | null;
  readonly #uses = new Map<Expression, number>();
  readonly #kept = new Map<Expression, number>();
  /** Where every second element is loaded from. */
  readonly #everySecond = new Set<string>();
  /** The locals of two vectors, by where their first element is. */
  readonly #eight = new Map<string, readonly [number, number]>();

  /**
   * @param roots everything that will be put, so that shared parts are known
   * @param lane the loop variable that the four elements lie along; null when all four are the same
   * @param lanes how many of the four count
   * @param core the local that holds a kernel's reduction or contraction
   */
  constructor(
    f: FunctionBuilder,
    around: Surroundings,
    walk: Walk,
    lane: number | null,
    lanes: number,
    roots: readonly Expression[],
    core: number | null = null,
  ) {
    this.#f = f;
    this.#around = around;
    this.#walk = walk;
    this.#lane = lane;
    this.#lanes = lanes;
    this.#core = core;
    for (const root of roots) this.#countUses(root);
  }

  #countUses(node: Expression): void {
    const before = this.#uses.get(node) ?? 0;
    this.#uses.set(node, before + 1);
    if (before !== 0) return;
    if (node.kind === 'op') for (const arg of node.args) this.#countUses(arg);
    if (node.kind === 'load' && this.#isEverySecond(node)) this.#everySecond.add(placeOf(node));
  }

  /** Are the lanes every second element, where they are loaded from? */
  #isEverySecond(node: Load): boolean {
    return node.row === null && this.#lane !== null && coefficient(node.address, this.#lane) === 2;
  }

  /** Every second of eight elements; who needs the others takes them from the same two vectors. */
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

  /** Puts the value on the stack. */
  put(node: Expression): void {
    const f = this.#f;
    const kept = this.#kept.get(node);
    if (kept !== undefined) {
      f.get(kept);
      return;
    }
    this.#compute(node);
    if (node.kind !== 'const' && node.kind !== 'core' && (this.#uses.get(node) ?? 0) > 1) {
      const local = f.local('v128');
      f.tee(local);
      this.#kept.set(node, local);
    }
  }

  /** Gives back the locals that shared parts were kept in. */
  done(): void {
    for (const local of [...this.#kept.values(), ...[...this.#eight.values()].flat()]) this.#f.release(local);
    this.#kept.clear();
    this.#eight.clear();
  }

  #compute(node: Expression): void {
    const f = this.#f;
    switch (node.kind) {
      case 'const':
        if (node.dtype === 'f32') f.f32x4(node.value);
        else f.i32x4(node.value);
        return;
      case 'core':
        f.get(this.#core!);
        return;
      case 'index':
        this.#walk.index(node.index);
        f.op('i32x4_splat');
        this.#ramp(this.#lane === null ? 0 : coefficient(node.index, this.#lane));
        return;
      case 'uniform':
        f.i32(this.#around.counter).memory('v128_load32_splat', 0);
        this.#walk.index(node.element);
        f.op('i32x4_splat');
        this.#ramp(this.#lane === null ? 0 : coefficient(node.element, this.#lane));
        emitUniform(f, this.#around.seed, STREAM.program + node.stream);
        return;
      case 'load':
        this.#load(node);
        return;
      case 'op':
        this.#op(node);
    }
  }

  /** Adds 0, step, 2 step, 3 step to the lanes. */
  #ramp(step: number): void {
    if (step !== 0) this.#f.v128([0, step, 2 * step, 3 * step]).op('i32x4_add');
  }

  #load(node: Expression & { kind: 'load' }): void {
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

  /** Four bytes as whole numbers. @param rowAddress puts the address of a lane's row on the stack, and returns its offset */
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
      // The lowest byte of the lane.
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

  /** Stack: the vector so far, with lane `lane` loaded after. */
  #laneLoad(lane: number, address: () => void, offset: number | (() => number)): void {
    const f = this.#f;
    const vector = f.local('v128');
    f.set(vector);
    address();
    f.get(vector).memory('v128_load32_lane', typeof offset === 'number' ? offset : offset(), lane);
    f.release(vector);
  }

  /** All bits set in the lanes where the condition holds. */
  #mask(condition: Expression): void {
    const f = this.#f;
    if (condition.kind === 'op' && (condition.op === 'eq' || condition.op === 'gt')) {
      const [a, b] = condition.args as [Expression, Expression];
      this.put(a);
      this.put(b);
      if (condition.op === 'eq') f.op(a.dtype === 'f32' ? 'f32x4_eq' : 'i32x4_eq');
      else f.op(a.dtype === 'f32' ? 'f32x4_gt' : 'i32x4_gt_s');
      return;
    }
    this.put(condition);
    f.f32x4(0).op('f32x4_ne');
  }

  #op(node: Expression & { kind: 'op' }): void {
    const f = this.#f;
    const { op, args } = node;
    if (op === 'eq' || op === 'gt') {
      this.#mask(node);
      f.f32x4(1).op('v128_and');
      return;
    }
    if (op === 'select') {
      this.put(args[1]!);
      this.put(args[2]!);
      this.#mask(args[0]!);
      f.op('v128_bitselect');
      return;
    }
    for (const arg of args) this.put(arg);
    if (node.dtype === 'i32') {
      const plain = I32[op];
      if (plain === undefined) throw new Error(`no integer code for "${op}"`);
      f.op(plain);
      return;
    }
    switch (op) {
      case 'exp':
        emitExp(f);
        return;
      case 'log':
        emitLog(f);
        return;
      case 'tanh':
        emitTanh(f);
        return;
      case 'erf':
        emitErf(f);
        return;
      case 'max':
      case 'min': {
        // With a number as its second argument the one-instruction form keeps a NaN of the first.
        const second = args[1]!;
        const plain = second.kind === 'const' && !Number.isNaN(second.value) && second.value === 0;
        if (op === 'max') f.op(plain ? 'f32x4_pmax' : 'f32x4_max');
        else f.op(plain ? 'f32x4_pmin' : 'f32x4_min');
        return;
      }
      default:
        f.op(F32[op]);
    }
  }
}

type Load = Expression & { kind: 'load' };

/** Where a load begins, `by` elements further. */
function placeOf({ buffer, address: { coefficients, offset } }: Load, by = 0): string {
  return `${buffer}@${affineKey({ coefficients, offset: offset + by })}`;
}
