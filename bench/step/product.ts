// The product of two square matrices on a backend: checked, then timed.

import type { Backend, Executable } from '#engine/backends/backend.ts';
import { matmul } from '#engine/functions.ts';
import { type Program, ProgramBuilder } from '#engine/program.ts';

/** How many elements are compared, and how far each may be from its sum in float64. */
const CHECKED = 16;
const CLOSE = 1e-4;

export function gemmProgram(n: number, maxSteps = 1): Program {
  const program = new ProgramBuilder({ maxSteps }).state('a', [n, n]).state('b', [n, n]);
  program.entry('product', 1, (entry) => entry.output('c', matmul(entry.state('a'), entry.state('b'))));
  return program.build();
}

export interface Product {
  readonly threads: number;
  /** Microseconds per product, measured over this many seconds. */
  time(seconds: number): Promise<number>;
  close(): void;
}

/**
 * @param steps products per run
 * @throws Error if the product is wrong
 */
export async function openProduct(n: number, backend: Backend, steps: number): Promise<Product> {
  const executable = await backend.compile(gemmProgram(n, steps));
  const run = (steps: number) =>
    executable.run('product', { steps, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  try {
    await checkProduct(n, executable);
  } catch (error) {
    executable.dispose();
    throw error;
  }
  return {
    threads: executable.threads,
    async time(seconds) {
      await run(steps);
      const began = performance.now();
      let count = 0;
      while (count === 0 || performance.now() - began < seconds * 1000) {
        await run(steps);
        count += steps;
      }
      return ((performance.now() - began) * 1000) / count;
    },
    close: () => executable.dispose(),
  };
}

/** Small integers, which float32 multiplies and adds without rounding. */
const element = (seed: number) => (i: number) => (((i * seed) % 8191) % 15) - 7;

async function checkProduct(n: number, executable: Executable): Promise<void> {
  const matrix = (of: (i: number) => number) => {
    const values = new Float32Array(n * n);
    for (let i = 0; i < values.length; i++) values[i] = of(i);
    return values;
  };
  const [a, b] = [matrix(element(4093)), matrix(element(7919))];
  executable.write('a', a);
  executable.write('b', b);
  await executable.run('product', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  mustBeProduct(n, a, b, (await executable.read('c')) as Float32Array);
}

/** @throws Error naming the first of the checked elements that is wrong */
export function mustBeProduct(n: number, a: Float32Array, b: Float32Array, c: Float32Array): void {
  for (let i = 0; i < CHECKED; i++) {
    const [row, column] = [(i * 977) % n, (n - 1 - i * 389 + 400 * n) % n];
    let sum = 0;
    let size = 0;
    for (let k = 0; k < n; k++) {
      const product = a[row * n + k]! * b[k * n + column]!;
      sum += product;
      size += Math.abs(product);
    }
    const got = c[row * n + column]!;
    if (!(Math.abs(got - sum) <= CLOSE * size))
      throw new Error(`gemm-${n}: element ${row}, ${column} is ${got}, not ${sum}: nothing is timed`);
  }
}
