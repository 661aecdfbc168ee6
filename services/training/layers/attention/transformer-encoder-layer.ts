import { z } from 'zod';
import { add, relu } from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { size } from '../../model/component.ts';
import { GELU } from '../activations/gelu.ts';
import { Dropout, dropout } from '../dropout.ts';
import { defineLayer, type ForwardContext, type Layer, printedAs } from '../layer.ts';
import { Linear } from '../linear.ts';
import { LayerNorm } from '../normalization/layer-norm.ts';
import { batchFirst, sequenceOf } from '../sequence.ts';
import { attentionMemory, attentionWorkspace, headsFit } from './attention.ts';
import { MultiheadAttention } from './multihead-attention.ts';

const args = {
  d_model: size('Features per position; inferred if omitted').optional(),
  nhead: size('Attention heads, each with d_model / nhead features'),
  dim_feedforward: size('Features between the two Linear layers').default(2048),
  dropout: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Dropout probability of attention, activation and both branches, during training'),
  activation: z.enum(['relu', 'gelu']).default('relu').describe('Between the two Linear layers'),
  layer_norm_eps: z.number().min(0).max(1).default(1e-5).describe('Added to the variances'),
  batch_first: batchFirst,
  norm_first: z
    .boolean()
    .default(false)
    .describe('Whether LayerNorm comes first in each branch, or after the sums'),
  causal: z.boolean().default(false).describe('Whether a position attends only to itself and earlier ones'),
};
type Given = { [K in keyof typeof args]: z.output<(typeof args)[K]> };

/** The inner layers with their arguments, under torch's names. */
function partsOf({ d_model, nhead, dim_feedforward, dropout: p, layer_norm_eps, causal }: Given) {
  const attention = { embed_dim: d_model, num_heads: nhead, dropout: p, bias: true, causal };
  const norm = { normalized_shape: [d_model], eps: layer_norm_eps, elementwise_affine: true, bias: true };
  const linear = (in_features: unknown, out_features: unknown) => ({ in_features, out_features, bias: true });
  return {
    self_attn: { layer: MultiheadAttention, args: attention },
    linear1: { layer: Linear, args: linear(d_model, dim_feedforward) },
    linear2: { layer: Linear, args: linear(dim_feedforward, d_model) },
    norm1: { layer: LayerNorm, args: norm },
    norm2: { layer: LayerNorm, args: norm },
  } satisfies Record<string, { layer: Layer; args: Record<string, unknown> }>;
}

// x = x + attention(x), then x = x + linear2(activation(linear1(x))). A LayerNorm follows each sum, or with norm_first begins each branch.
export const TransformerEncoderLayer = defineLayer({
  type: 'TransformerEncoderLayer',
  help: 'Self-attention, then two Linear layers at every position, each with a residual connection and normalization',
  args,
  infer(given, arrival, refuse) {
    const sequence = sequenceOf(arrival, refuse, { d_model: given.d_model });
    if (sequence === null) return null;
    const names = { features: 'd_model', heads: 'nhead' };
    if (!headsFit({ ...sequence, heads: given.nhead }, names, arrival.from, refuse)) return null;
    return { output: arrival.shape, args: { ...given, d_model: sequence.features } };
  },
  parameters: (given) =>
    Object.entries(partsOf(given)).flatMap(([name, part]) =>
      part.layer.parameters!(part.args).map((each) => ({ ...each, key: `${name}.${each.key}` })),
    ),
  sequence: ({ causal }, axis) => (axis === 0 ? { axis, causal } : null),
  ahead: () => 'lets positions attend to later ones; set "causal": true',
  limitsPositions: true,
  memory: ({ nhead, d_model }, [time]) => attentionMemory(nhead, time!, d_model!),
  forward(x, given, context) {
    const parts = partsOf(given);
    const run = (name: keyof typeof parts, input: Tensor) => {
      const { layer, args: own } = parts[name];
      const parameter: ForwardContext['parameter'] = (key) => context.parameter(`${name}.${key}`);
      return layer.forward(input, own, { ...context, inputs: [input], parameter });
    };
    // Use 0 is the dropout within attention.
    const drop = (input: Tensor, use: number) => dropout(input, given.dropout, context, use);
    const activate = (input: Tensor) =>
      given.activation === 'relu' ? relu(input) : GELU.forward(input, { approximate: 'none' }, context);
    const attend = (input: Tensor) => drop(run('self_attn', input), 1);
    const feed = (input: Tensor) => drop(run('linear2', drop(activate(run('linear1', input)), 2)), 3);
    if (given.norm_first) {
      const attended = add(x, attend(run('norm1', x)));
      return add(attended, feed(run('norm2', attended)));
    }
    const attended = run('norm1', add(x, attend(x)));
    return run('norm2', add(attended, feed(attended)));
  },
  flops(given, input, output) {
    const { self_attn, linear1, linear2, norm1 } = partsOf(given);
    const inner = [...input.slice(0, -1), given.dim_feedforward];
    return (
      self_attn.layer.flops(self_attn.args, input, output) +
      linear1.layer.flops(linear1.args, input, inner) +
      linear2.layer.flops(linear2.args, inner, output) +
      2 * norm1.layer.flops(norm1.args, input, output)
    );
  },
  workspace: ({ d_model, nhead, dim_feedforward }, [time]) =>
    attentionWorkspace(nhead, time!, d_model!) + 4 * time! * dim_feedforward,
  shown: () => ({}),
  modules(given) {
    const { self_attn, linear1, linear2, norm1, norm2 } = partsOf(given);
    const thinning = { layer: Dropout, args: { p: given.dropout, inplace: false } };
    // In torch's order.
    const inside = {
      self_attn,
      linear1,
      dropout: thinning,
      linear2,
      norm1,
      norm2,
      dropout1: thinning,
      dropout2: thinning,
    };
    return Object.entries(inside).map(([name, part]) => printedAs(name, part.layer, part.args));
  },
});
