import { z } from 'zod';
import { add, matmul, relu, tanh, transpose } from '#engine/functions.ts';
import { recurrent } from './recurrent.ts';

// h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)
export const RNN = recurrent({
  type: 'RNN',
  help: 'Elman recurrent layer: the state is an activation of the input and the previous state',
  args: {
    nonlinearity: z.enum(['tanh', 'relu']).default('tanh').describe('Activation of the state'),
  },
  cell: {
    gates: 1,
    remembers: ['hidden'],
    addsHiddenBias: false,
    step(input, before, weights, { nonlinearity }) {
      const sum = before === null ? input : add(matmul(before.hidden, transpose(weights.hidden)), input);
      return { hidden: nonlinearity === 'relu' ? relu(sum) : tanh(sum) };
    },
  },
});
