// Emits expressions as WGSL, one element at a time: each distinct node once, as its own `let`.

import type { Affine, DType, Expression, ScalarOp } from '../../expression.ts';
import { STREAM } from '../../random.ts';
import type { FunctionName } from './functions.ts';
import { COUNTER, ONE, SEED } from './run-header.ts';

const LARGEST = 3.4028234663852886e38;
const SMALLEST_NORMAL = 2 ** -126;

/** Start of each of a kernel's buffers in the arena, in elements: WGSL expressions by buffer number. */
export type Bases = (buffer: number) => string;

/** offset + Σ coefficient · variable, in i32. */
export function affineText({ coefficients, offset }: Affine, variables: readonly string[]): string {
  const terms = coefficients.flatMap((c, v) =>
    c === 0 ? [] : [c === 1 ? variables[v]! : `${variables[v]} * ${literal(c, 'i32')}`],
  );
  if (offset !== 0 || terms.length === 0) terms.push(literal(offset, 'i32'));
  return terms.join(' + ');
}

/** WGSL has no literals for infinities, so they become the largest finite numbers; subnormals become 0. */
export function literal(value: number, dtype: DType): string {
  if (dtype === 'i32') return value < 0 ? `(${value}i)` : `${value}i`;
  let x = Math.fround(value);
  if (Number.isNaN(x)) throw new Error('a constant that is not a number');
  if (Math.abs(x) > LARGEST) x = Math.sign(x) * LARGEST;
  if (Math.abs(x) < SMALLEST_NORMAL) x = 0;
  const text = `${Number.isInteger(x) && Math.abs(x) < 1e15 ? x.toFixed(1) : String(x)}f`;
  return x < 0 ? `(${text})` : text;
}

const INFIX: Partial<Record<ScalarOp, string>> = { add: '+', sub: '-', mul: '*', div: '/' };
const CALLS: Partial<Record<ScalarOp, string>> = {
  max: 'max',
  min: 'min',
  abs: 'abs',
  sqrt: 'sqrt',
  to_f32: 'f32',
};
/** Our own functions, for f32 only: the built-in ones are missing, imprecise or unreliable about NaN. */
const OURS: Partial<Record<ScalarOp, FunctionName>> = {
  max: 'max_of',
  min: 'min_of',
  exp: 'exp_of',
  log: 'log_of',
  tanh: 'tanh_of',
  erf: 'erf_of',
};

export interface ExpressionContext {
  readonly bases: Bases;
  /** Collects the functions that the code calls. */
  readonly functions: Set<FunctionName>;
}

export class ExpressionCode {
  readonly lines: string[] = [];
  readonly #context: ExpressionContext;
  readonly #variables: readonly string[];
  readonly #core: string | null;
  readonly #names = new Map<Expression, string>();

  /**
   * @param variables the kernel's loop variables, as i32
   * @param core name of the variable that holds the result of the kernel's reduction or contraction
   */
  constructor(context: ExpressionContext, variables: readonly string[], core: string | null = null) {
    this.#context = context;
    this.#variables = variables;
    this.#core = core;
  }

  /** @returns a name or literal that holds the value */
  put(node: Expression): string {
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    if (node.kind === 'const') return literal(node.value, node.dtype);
    if (node.kind === 'core') return this.#core!;
    const text = this.#text(node);
    const name = `e${this.lines.length}`;
    this.lines.push(`let ${name} = ${text};`);
    this.#names.set(node, name);
    return name;
  }

  #text(node: Exclude<Expression, { kind: 'const' | 'core' }>): string {
    const { bases, functions } = this.#context;
    switch (node.kind) {
      case 'index':
        return affineText(node.index, this.#variables);
      case 'uniform': {
        functions.add('uniform_of');
        const element = `u32(${affineText(node.element, this.#variables)})`;
        const stream = (STREAM.program + node.stream) >>> 0;
        return `uniform_of(arena[${SEED}], ${stream}u, arena[${COUNTER}], ${element})`;
      }
      case 'load': {
        const at = `${bases(node.buffer)} + ${affineText(node.address, this.#variables)}`;
        const row = node.row === null ? '' : ` + ${this.put(node.row)} * ${node.rowStride}`;
        if (node.dtype === 'u8') {
          const byte = `u32(${affineText(node.address, this.#variables)}${row})`;
          const word = `arena[u32(${bases(node.buffer)}) + ${byte} / 4u]`;
          return `i32((${word} >> (${byte} % 4u * 8u)) & 255u)`;
        }
        return `bitcast<${node.dtype}>(arena[${at}${row}])`;
      }
      case 'op':
        return this.#op(node);
    }
  }

  /** A condition, as bool. */
  #condition(node: Expression): string {
    if (node.kind !== 'op' || (node.op !== 'eq' && node.op !== 'gt')) return `(${this.put(node)} != 0.0)`;
    const [a, b] = node.args.map((arg) => this.put(arg));
    return `(${a} ${node.op === 'eq' ? '==' : '>'} ${b})`;
  }

  #op(node: Expression & { kind: 'op' }): string {
    const { op, args } = node;
    if (op === 'eq' || op === 'gt') return `select(0.0, 1.0, ${this.#condition(node)})`;
    if (op === 'select') {
      const [a, b] = [this.put(args[1]!), this.put(args[2]!)];
      return `select(${b}, ${a}, ${this.#condition(args[0]!)})`;
    }
    const values = args.map((arg) => (unfolded(node, arg) ? `bitcast<f32>(arena[${ONE}])` : this.put(arg)));
    if (op === 'neg') return `-(${values[0]})`;
    const infix = INFIX[op];
    if (infix !== undefined) return `${values[0]} ${infix} ${values[1]}`;
    const ours = node.dtype === 'f32' ? OURS[op] : undefined;
    if (ours !== undefined) this.#context.functions.add(ours);
    const name = ours ?? CALLS[op];
    if (name === undefined) throw new Error(`no WGSL for "${op}"`);
    return `${name}(${values.join(', ')})`;
  }
}

/**
 * Shader compilers may simplify (1 + x) − 1 to x, which defeats the compensation for rounding in ln(1 + x), so this second 1 is read from
 * memory.
 */
function unfolded({ op, args }: Expression & { kind: 'op' }, arg: Expression): boolean {
  const [sum] = args;
  const isOne = (e: Expression) => e.kind === 'const' && e.value === 1 && e.dtype === 'f32';
  return (
    op === 'sub' &&
    arg !== sum &&
    isOne(arg) &&
    sum!.kind === 'op' &&
    sum!.op === 'add' &&
    sum!.args.some(isOne)
  );
}
