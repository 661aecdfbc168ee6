import { expect, it } from 'vitest';
import { ProgramBuilder } from '#engine/program.ts';
import { Dropout2d } from '#training/layers/dropout2d.ts';
import { backends } from '../backends.ts';

it.each(backends)(
  'Dropout2d drops a fraction p of whole channels and scales the rest (%s)',
  async (_, backend) => {
    const [images, channels, pixels] = [20, 50, 6];
    const program = new ProgramBuilder({ seed: 1 }).state('x', [images, channels, 2, 3]);
    program.entry('forward', 1, (entry) => {
      const x = entry.state('x');
      const context = { inputs: [x], stream: 0, parameter: () => x, buffer: () => x, keep: () => {} };
      entry.output('y', Dropout2d.forward(x, { p: 0.25 }, { ...context, training: true }));
    });
    const executable = await backend.compile(program.build());
    executable.write('x', new Float32Array(images * channels * pixels).fill(3));
    await executable.run('forward', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    const y = await executable.read('y');
    let dropped = 0;
    for (let channel = 0; channel < images * channels; channel++) {
      const values = new Set(y.subarray(channel * pixels, (channel + 1) * pixels));
      expect([[0], [4]]).toContainEqual([...values]);
      if (values.has(0)) dropped++;
    }
    const share = dropped / (images * channels);
    // Five standard deviations of a binomial.
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / (images * channels)));
  },
);
