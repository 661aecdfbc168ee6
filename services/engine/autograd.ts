// Reverse-mode differentiation, graph to graph: the gradient is more tensors in the same graph, so the compiler sees
// forward and backward as one program.

import { add, algebra, constant } from './functions.ts';
import type { Tensor } from './tensor.ts';

/**
 * d loss / d each of `wrt`.
 * @param loss a scalar, shape []
 * @returns one tensor each, with the shape of the tensor it belongs to (zeros where the loss does not depend on it)
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const { graph } = loss;
  const reaches = dependents(wrt, loss);
  const adjoint = new Map<Tensor, Tensor>([[loss, constant(graph, 1)]]);
  // Creation order is topological, so backwards every user of a tensor is seen before the tensor.
  for (const tensor of graph.tensors.slice(0, loss.id + 1).reverse()) {
    const gy = adjoint.get(tensor);
    if (gy === undefined || wrt.includes(tensor) || !tensor.inputs.some((input) => reaches.has(input)))
      continue;
    if (tensor.op.gradient === null) continue;
    const contributions = tensor.op.gradient(algebra, tensor, gy);
    for (const [i, contribution] of contributions.entries()) {
      const input = tensor.inputs[i]!;
      if (contribution === null || !reaches.has(input)) continue;
      const sofar = adjoint.get(input);
      adjoint.set(input, sofar === undefined ? contribution : add(sofar, contribution));
    }
  }
  return wrt.map((tensor) => adjoint.get(tensor) ?? constant(graph, 0, tensor.shape));
}

/** Every tensor up to `last` that depends on one of `roots`, the roots included. */
function dependents(roots: readonly Tensor[], last: Tensor): Set<Tensor> {
  const found = new Set(roots);
  for (const tensor of last.graph.tensors.slice(0, last.id + 1)) {
    if (tensor.inputs.some((input) => found.has(input))) found.add(tensor);
  }
  return found;
}
