// The functions that build graphs: numpy's broadcasting over the primitives, and the few compositions that
// everything needs. Shapes in comments are [outermost, …, innermost].

export { algebra } from './functions/algebra.ts';
export * from './functions/elementwise.ts';
export * from './functions/leaves.ts';
export {
  broadcastTo,
  concat,
  convolution,
  flip,
  gather,
  matmul,
  pack,
  pad,
  permute,
  reshape,
  scatter,
  slice,
  transpose,
  window,
} from './functions/movement.ts';
export * from './functions/reductions.ts';
export * from './functions/softmax.ts';
