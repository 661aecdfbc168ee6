// Every primitive, by name. The suites walk this list: a new primitive is tested by being here.

import { abs } from './abs.ts';
import { add } from './add.ts';
import { argmax } from './argmax.ts';
import { broadcast } from './broadcast.ts';
import { concat } from './concat.ts';
import { convolution, convolutionWeight } from './convolution.ts';
import { declared } from './declared.ts';
import { detach } from './detach.ts';
import { div } from './div.ts';
import { equal } from './equal.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { flip } from './flip.ts';
import { gather, scatter } from './gather.ts';
import { greater } from './greater.ts';
import { batch, constant, iota, scalar, state, uniform } from './leaves.ts';
import { log } from './log.ts';
import { log1p } from './log1p.ts';
import { matmul } from './matmul.ts';
import { max } from './max.ts';
import { maximum } from './maximum.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pack } from './pack.ts';
import { pad } from './pad.ts';
import { permute } from './permute.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { sigmoid } from './sigmoid.ts';
import { slice } from './slice.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';
import { tanh } from './tanh.ts';
import { toF32 } from './to-f32.ts';
import { where } from './where.ts';
import { window } from './window.ts';

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
