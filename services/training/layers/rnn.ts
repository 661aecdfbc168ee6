import { z } from 'zod';
import { add, matmul, relu, tanh, transpose } from '#engine/functions.ts';
import { recurrent } from './recurrent.ts';

// h′ = tanh(W_ih x + b_ih + W_hh h + b_hh)
export const RNN = recurrent({
  type: 'RNN',
  help: "Elman's recurrent layer: the state is one activation of the input and the state before",
  args: {
    nonlinearity: z.enum(['tanh', 'relu']).default('tanh').describe('What the state goes through'),
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
