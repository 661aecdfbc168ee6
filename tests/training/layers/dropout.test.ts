import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import { sum } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { Dropout } from '#training/layers/dropout.ts';
import { backends } from '../backends.ts';

describe.each(backends)('Dropout on %s', (_, backend) => {
  const SIZE = 4000;
  const dropped = async (p: number, counter: number, stream = 0, seed = 1) => {
    const program = new ProgramBuilder({ seed }).state('x', [SIZE]);
    program.entry('forward', 1, (entry) => {
      const x = entry.state('x');
      const y = Dropout.forward(
        x,
        { p },
        { inputs: [x], training: true, stream, parameter: () => x, buffer: () => x, keep: () => {} },
      );
      entry.output('y', y);
      entry.output('dx', gradients(sum(y), [x])[0]!);
    });
    const executable = await backend.compile(program.build());
    executable.write('x', new Float32Array(SIZE).fill(3));
    await executable.run('forward', { steps: 1, cursor: 0, counter, scalars: new Float32Array(0) });
    return { y: await executable.read('y'), dx: await executable.read('dx') };
  };

  it.each([0.1, 0.5, 0.9])('drops a fraction of %d and scales the rest by 1/(1−p)', async (p) => {
    const { y } = await dropped(p, 0);
    const zeros = y.filter((value) => value === 0).length;
    // Five standard deviations of a binomial.
    expect(Math.abs(zeros / SIZE - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / SIZE));
    for (const value of y) if (value !== 0) expect(value).toBeCloseTo(3 / (1 - p), 4);
  });

  it('passes the gradient exactly where it passed the value', async () => {
    const { y, dx } = await dropped(0.5, 0);
    expect([...dx].map((slope) => slope === 0)).toEqual([...y].map((value) => value === 0));
    expect(Math.max(...dx)).toBe(2);
  });

  it('draws anew for every step, layer and seed, and reproducibly', async () => {
    const y = async (...args: Parameters<typeof dropped>) => (await dropped(...args)).y;
    const first = await y(0.5, 0);
    expect(await y(0.5, 0)).toEqual(first);
    expect(await y(0.5, 1)).not.toEqual(first);
    expect(await y(0.5, 0, 1)).not.toEqual(first);
    expect(await y(0.5, 0, 0, 2)).not.toEqual(first);
  });
});
