// Reverse-mode differentiation, graph to graph: gradients are further tensors of the same graph, so the compiler sees forward and backward
// pass as one program.

import { accumulate } from './accumulate.ts';
import { algebra, constant } from './functions.ts';
import type { Tensor } from './tensor.ts';

/**
 * d loss / d each of `wrt`.
 * @param loss a scalar, shape []
 * @returns one gradient per tensor in `wrt`, of that tensor's shape (zeros if the loss does not depend on it)
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const { graph } = loss;
  const reaches = dependents(wrt, loss);
  const stops = new Set(wrt);
  const terms = new Map<Tensor, Tensor[]>([[loss, [constant(graph, 1)]]]);
  // Creation order is topological, so going backwards visits every user of a tensor before the tensor itself.
  for (const tensor of graph.tensors.slice(0, loss.id + 1).reverse()) {
    const own = terms.get(tensor);
    if (own === undefined || stops.has(tensor) || tensor.op.gradient === null) continue;
    if (!tensor.inputs.some((input) => reaches.has(input))) continue;
    const contributions = tensor.op.gradient(algebra, tensor, accumulate(own));
    for (const [i, contribution] of contributions.entries()) {
      const input = tensor.inputs[i]!;
      if (contribution === null || !reaches.has(input)) continue;
      const sofar = terms.get(input);
      if (sofar === undefined) terms.set(input, [contribution]);
      else sofar.push(contribution);
    }
  }
  return wrt.map((tensor) => {
    const own = terms.get(tensor);
    return own === undefined ? constant(graph, 0, tensor.shape) : accumulate(own);
  });
}

/** Every tensor up to `last` that depends on one of `roots`, the roots included. */
function dependents(roots: readonly Tensor[], last: Tensor): Set<Tensor> {
  const found = new Set(roots);
  for (const tensor of last.graph.tensors.slice(0, last.id + 1)) {
    if (tensor.inputs.some((input) => found.has(input))) found.add(tensor);
  }
  return found;
}
