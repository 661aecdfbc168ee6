import { mul, reshape } from '#engine/functions.ts';
import { size } from '../../model/component.ts';
import { filledWith } from '../../model/initial.ts';
import { sizeOf } from '../../model/shape.ts';
import { defineLayer } from '../layer.ts';
import { fromZero, number } from './elementwise.ts';

// x where x > 0, else w · x with a learned w: one for all, or one per channel (the first dimension of a sample).
export const PReLU = defineLayer({
  type: 'PReLU',
  help: 'x where x > 0, else w · x with a learned w',
  args: {
    num_parameters: size('1, or the number of input channels for one w each').default(1),
    init: number('Initial value of w', 0.25),
  },
  infer({ num_parameters }, { shape, from }, refuse) {
    const channels = shape[0]!;
    if (num_parameters !== 1 && num_parameters !== channels) {
      refuse(
        'num_parameters',
        `num_parameters ${num_parameters} given, but ${channels} channels arrive from ${from}`,
      );
    }
    return { output: shape };
  },
  parameters: ({ num_parameters, init }) => [
    { key: 'weight', shape: [num_parameters], initial: filledWith(init) },
  ],
  forward(x, { num_parameters }, { parameter }) {
    const others = x.shape.slice(2).map(() => 1);
    return fromZero(x, mul(x, reshape(parameter('weight'), [num_parameters, ...others])));
  },
  flops: (_, input) => sizeOf(input),
  shown: ({ num_parameters }) => ({ num_parameters }),
});
