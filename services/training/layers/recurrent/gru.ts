import { add, matmul, mul, sigmoid, sub, tanh, transpose } from '#engine/functions.ts';
import { gate, recurrent } from './recurrent.ts';

// r, z = σ(W_ih x + b_ih + W_hh h + b_hh),  n = tanh(W_in x + b_in + r (W_hn h + b_hn));  h′ = (1 − z) n + z h
// The rows of the weights are the gates in the order r, z, n. b_hn is inside the product with r, as in torch.
export const GRU = recurrent({
  type: 'GRU',
  help: 'Gated recurrent unit: a recurrent layer with two gates and no memory besides its state',
  args: {},
  cell: {
    gates: 3,
    remembers: ['hidden'],
    addsHiddenBias: true,
    step(input, before, { hidden, hiddenBias }) {
      const product = before && matmul(before.hidden, transpose(hidden));
      const share = product && hiddenBias ? add(product, hiddenBias) : (product ?? hiddenBias);
      const inner = gate(input, 0, 3, 2);
      const both = sigmoid(share === null ? inner : add(inner, gate(share, 0, 3, 2)));
      const [r, z] = [gate(both, 0, 2), gate(both, 1, 2)];
      const candidate = gate(input, 2, 3);
      const n = tanh(share === null ? candidate : add(candidate, mul(r, gate(share, 2, 3))));
      // (1 − z) n + z h = n + z (h − n)
      return { hidden: before === null ? sub(n, mul(z, n)) : add(n, mul(z, sub(before.hidden, n))) };
    },
  },
});
