import { z } from 'zod';
import { add, matmul, reshape, transpose } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { filledWith, uniformWithin } from '../../model/initial.ts';
import { dropout } from '../dropout.ts';
import { defineLayer, type Parameter } from '../layer.ts';
import { batchFirst, sequenceOf } from '../sequence.ts';
import { attention, attentionMemory, attentionStep, attentionWorkspace, headsFit } from './attention.ts';

// Self-attention: queries, keys and values are all projections of the one input, as in torch's attn(x, x, x)[0]. Initialized as in torch:
// in_proj_weight by Xavier's U(±√(6 / (in + out))) of the whole [3 · embed_dim, embed_dim], out_proj.weight like a Linear's, both biases 0.
export const MultiheadAttention = defineLayer({
  type: 'MultiheadAttention',
  help: 'Multi-head self-attention',
  args: {
    embed_dim: size('Features per position; inferred if omitted').optional(),
    num_heads: size('Heads, each with embed_dim / num_heads features'),
    dropout: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Dropout probability of the attention weights, during training'),
    bias: z.boolean().default(true).describe('Whether there are learned biases'),
    batch_first: batchFirst,
    causal: z.boolean().default(false).describe('Whether a position attends only to itself and earlier ones'),
  },
  infer(args, arrival, refuse) {
    const sequence = sequenceOf(arrival, refuse, { embed_dim: args.embed_dim });
    if (sequence === null) return null;
    const names = { features: 'embed_dim', heads: 'num_heads' };
    const { from, shape } = arrival;
    if (!headsFit({ ...sequence, heads: args.num_heads }, names, from, refuse)) return null;
    return { output: shape, args: { ...args, embed_dim: sequence.features } };
  },
  parameters({ embed_dim, bias }) {
    const features = embed_dim!;
    const zeros = filledWith(0);
    const into: Parameter[] = [
      {
        key: 'in_proj_weight',
        shape: [3 * features, features],
        initial: uniformWithin(Math.sqrt(1.5 / features)),
      },
    ];
    const out: Parameter[] = [
      {
        key: 'out_proj.weight',
        shape: [features, features],
        initial: uniformWithin(1 / Math.sqrt(features)),
      },
    ];
    if (bias) into.push({ key: 'in_proj_bias', shape: [3 * features], initial: zeros });
    if (bias) out.push({ key: 'out_proj.bias', shape: [features], initial: zeros });
    return [...into, ...out];
  },
  sequence: ({ causal }, axis) => (axis === 0 ? { axis, causal } : null),
  ahead: () => 'lets positions attend to later ones; set "causal": true',
  limitsPositions: true,
  memory: ({ num_heads, embed_dim }, [time]) => attentionMemory(num_heads, time!, embed_dim!),
  forward(x, { num_heads, dropout: p, bias, causal }, context) {
    const [batch, time, features] = x.shape as [number, number, number];
    const { parameter, mask, step } = context;
    const project = (rows: Tensor, weight: string, offset: string) => {
      const product = matmul(rows, transpose(parameter(weight)));
      return bias ? add(product, parameter(offset)) : product;
    };
    const projected = project(reshape(x, [batch * time, features]), 'in_proj_weight', 'in_proj_bias');
    const sides = reshape(projected, [batch, time, 3 * features]);
    const thin = (shares: Tensor) => dropout(shares, p, context);
    const answers =
      step === undefined
        ? attention(sides, { heads: num_heads, causal, mask }, thin)
        : attentionStep(sides, num_heads, step);
    const rows = reshape(answers, [batch * time, features]);
    return reshape(project(rows, 'out_proj.weight', 'out_proj.bias'), x.shape);
  },
  flops({ embed_dim }, [time]) {
    const features = embed_dim!;
    return 2 * time! * (4 * features * features + 2 * time! * features);
  },
  workspace: ({ num_heads, embed_dim }, [time]) => attentionWorkspace(num_heads, time!, embed_dim!),
  shown: () => ({}),
  modules: ({ embed_dim, bias }) => [
    {
      name: 'out_proj',
      type: 'NonDynamicallyQuantizableLinear',
      shown: { in_features: embed_dim, out_features: embed_dim, bias },
    },
  ],
});
