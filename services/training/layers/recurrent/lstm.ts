import { add, matmul, mul, sigmoid, tanh, transpose } from '#engine/functions.ts';
import { gate, recurrent } from './recurrent.ts';

// i, f, o = σ(…), g = tanh(…) of W_ih x + b_ih + W_hh h + b_hh;  c′ = f c + i g,  h′ = o tanh c′
// The rows of the weights are the gates in the order i, f, g, o.
export const LSTM = recurrent({
  type: 'LSTM',
  help: 'Long short-term memory: a recurrent layer whose gates decide what to keep, add and output',
  args: {},
  cell: {
    gates: 4,
    remembers: ['hidden', 'cell'],
    addsHiddenBias: false,
    step(input, before, weights) {
      const gates = before === null ? input : add(matmul(before.hidden, transpose(weights.hidden)), input);
      const keep = sigmoid(gate(gates, 0, 4, 2));
      const [i, f] = [gate(keep, 0, 2), gate(keep, 1, 2)];
      const g = tanh(gate(gates, 2, 4));
      const o = sigmoid(gate(gates, 3, 4));
      const added = mul(i, g);
      const cell = before?.cell === undefined ? added : add(mul(f, before.cell), added);
      return { hidden: mul(o, tanh(cell)), cell };
    },
  },
});
