// Every primitive, by name. Test suites iterate over this list, so adding a primitive here is enough to have it tested.

import { convolution, convolutionWeight } from './convolution.ts';
import { declared } from './declared.ts';
import { detach } from './detach.ts';
import { abs } from './elementwise/abs.ts';
import { add } from './elementwise/add.ts';
import { div } from './elementwise/div.ts';
import { equal } from './elementwise/equal.ts';
import { erf } from './elementwise/erf.ts';
import { exp } from './elementwise/exp.ts';
import { greater } from './elementwise/greater.ts';
import { log } from './elementwise/log.ts';
import { log1p } from './elementwise/log1p.ts';
import { maximum } from './elementwise/maximum.ts';
import { minimum } from './elementwise/minimum.ts';
import { mul } from './elementwise/mul.ts';
import { neg } from './elementwise/neg.ts';
import { relu } from './elementwise/relu.ts';
import { sigmoid } from './elementwise/sigmoid.ts';
import { sqrt } from './elementwise/sqrt.ts';
import { sub } from './elementwise/sub.ts';
import { tanh } from './elementwise/tanh.ts';
import { toF32 } from './elementwise/to-f32.ts';
import { where } from './elementwise/where.ts';
import { batch, constant, iota, scalar, state, uniform } from './leaves.ts';
import { matmul } from './matmul.ts';
import { broadcast } from './movement/broadcast.ts';
import { concat } from './movement/concat.ts';
import { flip } from './movement/flip.ts';
import { gather, scatter } from './movement/gather.ts';
import { pack } from './movement/pack.ts';
import { pad } from './movement/pad.ts';
import { permute } from './movement/permute.ts';
import { reshape } from './movement/reshape.ts';
import { slice } from './movement/slice.ts';
import { window } from './movement/window.ts';
import { argmax } from './reductions/argmax.ts';
import { max } from './reductions/max.ts';
import { sum } from './reductions/sum.ts';

export const ops = {
  abs,
  add,
  argmax,
  batch,
  broadcast,
  concat,
  constant,
  convolution,
  convolutionWeight,
  declared,
  detach,
  div,
  equal,
  erf,
  exp,
  flip,
  gather,
  greater,
  iota,
  log,
  log1p,
  matmul,
  max,
  maximum,
  minimum,
  mul,
  neg,
  pack,
  pad,
  permute,
  relu,
  reshape,
  scalar,
  scatter,
  sigmoid,
  slice,
  sqrt,
  state,
  sub,
  sum,
  tanh,
  toF32,
  uniform,
  where,
  window,
};
