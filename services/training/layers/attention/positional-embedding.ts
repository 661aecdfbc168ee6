import { add, equal, iota, mul, reshape, slice, sum, toF32 } from '#engine/functions.ts';
import { size } from '../../model/component.ts';
import { normal } from '../../model/initial.ts';
import { sizeOf } from '../../model/shape.ts';
import { defineLayer, eachAlone } from '../layer.ts';
import { sequenceOf } from '../sequence.ts';

// torch has no class for this; it is written x + nn.Embedding(max_len, features)(torch.arange(time)), and initialized like that here.
export const PositionalEmbedding = defineLayer({
  type: 'PositionalEmbedding',
  help: 'Adds a learned vector to every position of a sequence (no torch equivalent)',
  args: {
    max_len: size('Number of positions; the input length if omitted').optional(),
    embedding_dim: size('Features per position; inferred if omitted').optional(),
  },
  infer(args, arrival, refuse) {
    const sequence = sequenceOf(arrival, refuse, { embedding_dim: args.embedding_dim });
    if (sequence === null) return null;
    const { time, features } = sequence;
    const { max_len = time } = args;
    if (time > max_len) {
      refuse('max_len', `max_len ${max_len} given, but sequences of ${time} arrive from ${arrival.from}`);
    }
    return { output: arrival.shape, args: { max_len, embedding_dim: features } };
  },
  parameters: ({ max_len, embedding_dim }) => [
    { key: 'weight', shape: [max_len!, embedding_dim!], initial: normal },
  ],
  sequence: (_, axis) => (axis === 0 ? eachAlone(axis) : null),
  limitsPositions: true,
  forward(x, _, { parameter, step }) {
    const [, time, features] = x.shape as [number, number, number];
    if (step !== undefined) {
      const weight = parameter('weight');
      const here = equal(toF32(iota(x.graph, [weight.shape[0]!, 1], 0)), step.position);
      return add(x, reshape(sum(mul(weight, here), [0]), [1, 1, features]));
    }
    return add(x, slice(parameter('weight'), [0, 0], [time, features]));
  },
  flops: (_, input) => sizeOf(input),
  positional: ({ max_len, embedding_dim }) => [max_len, embedding_dim],
  shown: () => ({}),
});
