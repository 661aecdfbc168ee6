import { z } from 'zod';
import { add, matmul, reshape, transpose } from '#engine/functions.ts';
import { size } from '../model/component.ts';
import { uniformWithin } from '../model/initial.ts';
import { formatShape, sizeOf } from '../model/shape.ts';
import { defineLayer, eachAlone } from './layer.ts';

// y = x Wᵀ + b along the last dimension. Initialized as in torch: kaiming_uniform with a = √5, which is U(±1/√in_features), and the same
// for the bias.
export const Linear = defineLayer({
  type: 'Linear',
  help: 'y = x Wᵀ + b: every output is a weighted sum of all inputs',
  args: {
    in_features: size('Size of the last input dimension; inferred if omitted').optional(),
    out_features: size('Size of the last output dimension'),
    bias: z.boolean().default(true).describe('Whether there is a learned bias b'),
  },
  infer(args, { shape, from }, refuse) {
    const arriving = shape.at(-1)!;
    const given = args.in_features ?? arriving;
    if (given !== arriving) {
      const whole = shape.length > 1 && given === sizeOf(shape);
      const hint = whole ? `; a Flatten before it turns ${formatShape(shape)} into ${given}` : '';
      refuse('in_features', `in_features ${given} given, but ${arriving} arrive from ${from}${hint}`);
    }
    return { output: [...shape.slice(0, -1), args.out_features], args: { ...args, in_features: arriving } };
  },
  parameters({ in_features, out_features, bias }) {
    const initial = uniformWithin(1 / Math.sqrt(in_features!));
    const weight = { key: 'weight', shape: [out_features, in_features!], initial };
    return bias ? [weight, { key: 'bias', shape: [out_features], initial }] : [weight];
  },
  sequence: (_, axis, input) => (axis === input.length - 1 ? null : eachAlone(axis)),
  forward(x, { in_features, out_features, bias }, { parameter }) {
    // One contraction for all leading dimensions: [batch · …, in] · [in, out]
    const rows = sizeOf(x.shape) / in_features!;
    const product = matmul(reshape(x, [rows, in_features!]), transpose(parameter('weight')));
    const y = bias ? add(product, parameter('bias')) : product;
    return reshape(y, [...x.shape.slice(0, -1), out_features]);
  },
  flops: ({ in_features, out_features, bias }, input) =>
    (sizeOf(input) / in_features!) * (2 * in_features! + (bias ? 1 : 0)) * out_features,
  shown: ({ in_features, out_features, bias }) => ({ in_features, out_features, bias }),
});
