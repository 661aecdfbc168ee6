// Graphs of thousands of elementwise steps, and sums of thousands of terms: no kernel reads more buffers than V8 allows (1,000 parameters),
// and no traversal recurses to the full depth.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { add, mul, scale, sum, tanh } from '#engine/functions.ts';
import { traffic } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { ProgramBuilder } from '#engine/program.ts';

function chain(length: number) {
  const program = new ProgramBuilder({ maxSteps: 1 }).state('x', [3, 5]);
  program.entry('go', 1, (entry) => {
    const x = entry.state('x');
    let y = x;
    for (let i = 0; i < length; i++) y = tanh(scale(y, 1.5));
    entry.output('y', y);
    entry.output('dx', gradients(sum(mul(y, y)), [x])[0]!);
  });
  return program.build();
}

function terms(count: number) {
  const program = new ProgramBuilder({ maxSteps: 1 });
  for (let i = 0; i < count; i++) program.state(`x${i}`, [7]);
  program.entry('go', 1, (entry) => {
    let total = entry.state('x0');
    for (let i = 1; i < count; i++) total = add(total, entry.state(`x${i}`));
    entry.output('y', total);
  });
  return program.build();
}

const once = { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) };
const mostBuffers = (program: ReturnType<typeof chain>) =>
  Math.max(
    ...lower(program).entries[0]!.kernels.map((kernel) => {
      const { reads, writes } = traffic(kernel);
      return reads.size + writes.size;
    }),
  );

describe('a chain of 3,000 tanh, and its gradient', () => {
  it('is split into kernels of bounded size', () => {
    expect(mostBuffers(chain(3_000))).toBeLessThan(700);
  });

  it('matches the same steps in double precision', async () => {
    const exe = await wasm.compile(chain(3_000));
    const x = Float32Array.from({ length: 15 }, (_, i) => (i - 7.5) / 5);
    exe.write('x', x);
    await exe.run('go', once);
    const [y, dx] = [await exe.read('y'), await exe.read('dx')];
    for (const [i, start] of x.entries()) {
      let [value, slope] = [start, 1];
      for (let step = 0; step < 3_000; step++) {
        value = Math.tanh(1.5 * value);
        slope *= 1.5 * (1 - value * value);
      }
      expect(y[i]).toBeCloseTo(value, 5);
      expect(dx[i]).toBeCloseTo(2 * value * slope, 5);
    }
  });
});

describe('a sum of 2,000 terms', () => {
  it('is split over several kernels and adds up', async () => {
    const program = terms(2_000);
    expect(mostBuffers(program)).toBeLessThan(700);
    const exe = await wasm.compile(program);
    for (let i = 0; i < 2_000; i++) exe.write(`x${i}`, new Float32Array(7).fill(i % 8));
    await exe.run('go', once);
    expect([...(await exe.read('y'))]).toEqual(new Array(7).fill(7_000));
  });
});
