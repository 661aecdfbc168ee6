// Turns an op's registered cases into programs: inputs as states, and the output and its gradients read back. The suites of this folder run
// them on every backend.

import { gradients } from '#engine/autograd.ts';
import type { Backend, Executable, Numbers } from '#engine/backends/backend.ts';
import type { DType } from '#engine/expression.ts';
import { mul, sum } from '#engine/functions.ts';
import type { Case, Op } from '#engine/ops/op.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { type Shape, sizeOf } from '#engine/shape.ts';

/** Values drawn from the case's domain, rounded to its dtype so that every backend starts from the same numbers. */
export function inputsOf(testCase: Case, seed = 1): Numbers[] {
  const [low, high] = testCase.domain ?? [-2, 2];
  return testCase.shapes.map((shape, i) => {
    const draws = uniforms(seed, i, sizeOf(shape));
    if (isIndex(testCase, i)) return Int32Array.from(draws, (u) => Math.floor(u * testCase.rows!));
    const values = draws.map((u) => low + (high - low) * u);
    return testCase.dtype === 'i32' ? Int32Array.from(values) : Float32Array.from(values);
  });
}

/** Whether this input holds row numbers: the second input of gathers and scatters, which has no gradient. */
export function isIndex(testCase: Case, input: number): boolean {
  return testCase.rows !== undefined && input === 1;
}

function dtypeOf(testCase: Case, input: number): DType {
  return isIndex(testCase, input) ? 'i32' : (testCase.dtype ?? 'f32');
}

function outputShape(op: Op, testCase: Case): Shape {
  return op.infer(
    testCase.shapes.map((shape, i) => ({ shape, dtype: dtypeOf(testCase, i) })),
    testCase.attrs,
  ).shape;
}

/**
 * Compiles a program with the states x0, x1, …, the output weights w, and an entry `op` with the output y and, if the op has a gradient,
 * the outputs g0, g1, …: the gradients of Σ w·y.
 */
export async function compileCase(backend: Backend, op: Op, testCase: Case): Promise<Executable> {
  const program = new ProgramBuilder();
  for (const [i, shape] of testCase.shapes.entries()) program.state(`x${i}`, shape, dtypeOf(testCase, i));
  program.state('w', outputShape(op, testCase));
  program.entry('op', 1, (entry) => {
    const inputs = testCase.shapes.map((_, i) => entry.state(`x${i}`));
    const y = entry.graph.add(op, inputs, testCase.attrs);
    entry.output('y', y);
    if (op.gradient === null) return;
    const loss = sum(mul(y, entry.state('w')));
    entry.record('loss', loss);
    for (const [i, g] of gradients(loss, inputs).entries()) entry.output(`g${i}`, g);
  });
  return backend.compile(program.build());
}

export async function runCase(
  exe: Executable,
  inputs: readonly Numbers[],
  w: Float32Array,
): Promise<Float32Array> {
  for (const [i, x] of inputs.entries()) exe.write(`x${i}`, x);
  exe.write('w', w);
  return exe.run('op', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
}

export function weightsOf(op: Op, testCase: Case): Float32Array {
  return Float32Array.from(uniforms(7, 99, sizeOf(outputShape(op, testCase))), (u) => 2 * u - 1);
}

/** Largest difference, relative for values above 1. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = actual.length === expected.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(worst, error);
  }
  return worst;
}
