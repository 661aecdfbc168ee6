// The functions that build graphs: numpy-style broadcasting over the primitives, and a few common compositions. Shapes in comments are
// [outermost, …, innermost].

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
