import { constantLike, greater, scale, softplus, where } from '#engine/functions.ts';
import { elementwise, number } from './elementwise.ts';

export const Softplus = elementwise({
  type: 'Softplus',
  help: 'ln(1 + e^(beta x)) / beta: a smooth ReLU',
  args: {
    beta: number('Larger values give a sharper bend', 1),
    threshold: number('Where beta · x is above it, the output is x', 20),
  },
  check({ beta }, refuse) {
    if (beta === 0) refuse('beta', 'beta 0 would divide by 0');
  },
  apply(x, { beta, threshold }) {
    const scaled = scale(x, beta);
    return where(greater(scaled, constantLike(scaled, threshold)), x, scale(softplus(scaled), 1 / beta));
  },
  shown: ({ beta, threshold }) => ({ beta, threshold }),
});
