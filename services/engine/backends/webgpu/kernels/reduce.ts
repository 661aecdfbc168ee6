// Reduce kernels: `lanes` threads share a result. Each combines every lanes-th element in index order; their partial results are combined
// in a tree in workgroup memory. The number of lanes is a function of the shape alone, so the program fixes the order of additions.

import { coefficient } from '../../../affine.ts';
import type { DType, Expression } from '../../../expression.ts';
import { type ReduceKernel, visitExpression } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { ExpressionCode } from '../expression.ts';
import { decode, type Shader, type ShaderContext, shader, storeLines } from '../shader.ts';

const THREADS = 256;
/** Number of threads that keep a device busy. */
const ENOUGH_THREADS = 1 << 16;
/** Sums shorter than this are left to one thread, because sharing them costs barriers. */
const ALONE = 64;
/** Minimum elements per thread if several share a sum. */
const LEAST_ELEMENTS = 4;

export interface ReducePlan {
  /** Threads per result, a power of two. */
  readonly lanes: number;
  /** Whether adjacent threads read adjacent elements of one sum, rather than of adjacent sums. */
  readonly along: boolean;
  readonly groups: number;
}

/** @param shares see ShaderContext */
export function planReduce(kernel: ReduceKernel, shares: boolean): ReducePlan {
  const [results, depth] = [sizeOf(kernel.sizes), sizeOf(kernel.reduced)];
  let lanes = 1;
  while (
    shares &&
    depth >= ALONE &&
    lanes < THREADS &&
    results * lanes < ENOUGH_THREADS &&
    depth >= 2 * lanes * LEAST_ELEMENTS
  )
    lanes *= 2;
  const last = kernel.sizes.length - 1;
  let [across, along] = [0, 0];
  const seen = new Set<Expression>();
  for (const { body } of kernel.terms) {
    visitExpression(
      body,
      (node) => {
        if (node.kind !== 'load') return;
        if (last >= 0 && coefficient(node.address, last) === 1) across++;
        if (coefficient(node.address, last + kernel.reduced.length) === 1) along++;
      },
      seen,
    );
  }
  return { lanes, along: along >= across, groups: Math.ceil(results / (THREADS / lanes)) };
}

export function reduceShader(kernel: ReduceKernel, context: ShaderContext): Shader {
  const { sizes, reduced, combine, terms } = kernel;
  const { lanes, along, groups } = planReduce(kernel, context.shares);
  const [results, depth] = [sizeOf(sizes), sizeOf(reduced)];
  const perGroup = THREADS / lanes;
  const outer = sizes.map((_, v) => `v${v}`);
  const inner = reduced.map((_, v) => `r${v}`);
  const code = new ExpressionCode(context, [...outer, ...inner]);
  const values = terms.map(({ body }) => code.put(body));
  // Bytes are loaded as integers.
  const types = terms.map(({ body }): DType => (body.dtype === 'f32' ? 'f32' : 'i32'));
  const isArg = combine === 'argmax';
  if (combine === 'max' && types.includes('f32')) context.functions.add('max_of');
  const identity = (type: DType) =>
    combine === 'sum' ? '0' : type === 'i32' ? '-2147483648' : '-3.4028234663852886e38';
  const merged = (type: DType, a: string, b: string) =>
    combine === 'sum' ? `${a} + ${b}` : `${type === 'f32' ? 'max_of' : 'max'}(${a}, ${b})`;
  const each = (line: (i: number, type: DType) => string) =>
    types.map((type, i) => line(i, type)).join('\n  ');
  const update = (i: number, type: DType) =>
    isArg
      ? `let value = ${values[0]}; if (value > total0) { total0 = value; best = j; }`
      : `total${i} = ${merged(type, `total${i}`, values[i]!)};`;
  const at = `lane + distance * ${along ? 1 : perGroup}`;
  const tree = (i: number, type: DType) =>
    isArg
      ? `let other = totals0[${at}];
      let place = bests[${at}];
      if (other > totals0[lane] || (other == totals0[lane] && place < bests[lane])) { totals0[lane] = other; bests[lane] = place; }`
      : `totals${i}[lane] = ${merged(type, `totals${i}[lane]`, `totals${i}[${at}]`)};`;
  const share =
    lanes === 1
      ? ''
      : `${each((i) => `totals${i}[lane] = total${i};`)}
  ${isArg ? 'bests[lane] = best;' : ''}
  for (var distance = ${lanes / 2}; distance >= 1; distance /= 2) {
    workgroupBarrier();
    if (part < distance) { ${each(tree)} }
  }
  ${each((i) => `total${i} = totals${i}[lane];`)}
  ${isArg ? 'best = bests[lane];' : ''}`;
  const declarations =
    lanes === 1
      ? ''
      : `${each((i, type) => `var<workgroup> totals${i}: array<${type}, ${THREADS}>;`)}
${isArg ? `var<workgroup> bests: array<i32, ${THREADS}>;` : ''}`;
  const text = `
  let part = ${along ? `lane % ${lanes}` : `lane / ${perGroup}`};
  let flat = group * ${perGroup} + ${along ? `lane / ${lanes}` : `lane % ${perGroup}`};
  ${decode('flat', sizes, outer)}
  ${each((i, type) => `var total${i}: ${type} = ${identity(type)};`)}
  ${isArg ? 'var best = 2147483647;' : ''}
  if (flat < ${results}) {
    for (var j = part; j < ${depth}; j += ${lanes}) {
      ${decode('j', reduced, inner)}
      ${code.lines.join('\n      ')}
      ${each(update)}
    }
  }
  ${share}
  if (part != 0 || flat >= ${results}) { return; }
  ${isArg ? 'let core = select(best, 0, best == 2147483647);' : ''}
  ${terms.map(({ store }, i) => `{ ${storeLines(context, [store], outer, isArg ? 'core' : `total${i}`)} }`).join('\n  ')}`;
  return shader(context, { declarations, threads: THREADS, groups, body: text });
}
