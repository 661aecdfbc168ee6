import { add, slice } from '#engine/functions.ts';
import { size } from '../component.ts';
import { normal } from '../initial.ts';
import { sizeOf } from '../shape.ts';
import { defineLayer } from './layer.ts';
import { sequenceOf } from './sequence.ts';

// torch has no class for it; there one writes x + nn.Embedding(max_len, features)(torch.arange(time)), and so it is
// initialised.
export const PositionalEmbedding = defineLayer({
  type: 'PositionalEmbedding',
  help: 'Adds a learned row of numbers to every position of a sequence (a layer of ours: torch has no class for it)',
  args: {
    max_len: size('Positions that have a row; the length that arrives where left out').optional(),
    embedding_dim: size('Features of a position; inferred where left out').optional(),
  },
  infer(args, arrival, refuse) {
    const sequence = sequenceOf(arrival, refuse, { embedding_dim: args.embedding_dim });
    if (sequence === null) return null;
    const { time, features } = sequence;
    const { max_len = time } = args;
    if (time > max_len) {
      refuse('max_len', `max_len ${max_len} given, sequences of ${time} arrive from ${arrival.from}`);
    }
    return { output: arrival.shape, args: { max_len, embedding_dim: features } };
  },
  parameters: ({ max_len, embedding_dim }) => [
    { key: 'weight', shape: [max_len!, embedding_dim!], initial: normal },
  ],
  forward(x, _, { parameter }) {
    const [, time, features] = x.shape as [number, number, number];
    return add(x, slice(parameter('weight'), [0, 0], [time, features]));
  },
  flops: (_, input) => sizeOf(input),
  positional: ({ max_len, embedding_dim }) => [max_len, embedding_dim],
  shown: () => ({}),
});
