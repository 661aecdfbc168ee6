// Emits expressions, four elements at a time along one loop variable (the lane variable). A subexpression used more than once is computed
// once and kept in a local.

import { coefficient } from '../../affine.ts';
import type { Expression, ScalarOp } from '../../expression.ts';
import { STREAM } from '../../random.ts';
import type { FunctionBuilder } from './assembler/function-builder.ts';
import type { PlainOp } from './assembler/opcodes.ts';
import { emitErf } from './functions/erf.ts';
import { emitExp } from './functions/exp.ts';
import { emitLog } from './functions/log.ts';
import { emitTanh } from './functions/tanh.ts';
import { emitUniform } from './functions/uniform.ts';
import { VectorLoads } from './vector-loads.ts';
import type { Walk } from './walk.ts';

/** What the code of a kernel needs from the program around it. */
export interface Surroundings {
  /** Key word of the program's random numbers. */
  readonly seed: number;
  /** Byte address of the current step's number. */
  readonly counter: number;
  /** Adds a function to the module. @returns its index for calls */
  readonly define: (f: FunctionBuilder) => number;
  /** Whether pairs of vectors are computed as one of twice the width. */
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
  readonly #loads: VectorLoads;
  readonly #core: number | null;
  readonly #uses = new Map<Expression, number>();
  readonly #kept = new Map<Expression, number>();

  /**
   * @param roots every expression that will be put, so that shared parts are known
   * @param lane the loop variable that the four elements lie along; null if all four are the same
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
    this.#loads = new VectorLoads(f, walk, lane, lanes);
    this.#core = core;
    for (const root of roots) this.#countUses(root);
  }

  #countUses(node: Expression): void {
    const before = this.#uses.get(node) ?? 0;
    this.#uses.set(node, before + 1);
    if (before !== 0) return;
    if (node.kind === 'op') for (const arg of node.args) this.#countUses(arg);
    if (node.kind === 'load') this.#loads.announce(node);
  }

  /** Pushes the value on the stack. */
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

  /** Releases the locals that hold shared parts. */
  done(): void {
    for (const local of this.#kept.values()) this.#f.release(local);
    this.#kept.clear();
    this.#loads.done();
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
        this.#loads.put(node);
        return;
      case 'op':
        this.#op(node);
    }
  }

  /** Adds 0, step, 2 step, 3 step to the lanes. */
  #ramp(step: number): void {
    if (step !== 0) this.#f.v128([0, step, 2 * step, 3 * step]).op('i32x4_add');
  }

  /** Pushes a mask: all bits set in the lanes where the condition holds. */
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
        // If the second argument is a number, the single instruction preserves a NaN in the first.
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
