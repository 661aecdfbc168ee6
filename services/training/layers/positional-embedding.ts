import { add, slice } from '#engine/functions.ts';
import { size } from '../component.ts';
import { normal } from '../initial.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { defineLayer } from './layer.ts';

// torch has no class for it; there one writes x + nn.Embedding(max_len, features)(torch.arange(time)), and so it is
// initialised.
export const PositionalEmbedding = defineLayer({
  type: 'PositionalEmbedding',
  help: "Adds a learned row of numbers to every position of a sequence (a layer of ours: torch's Embedding over positions)",
  args: {
    max_len: size('Positions that have a row; the length that arrives where left out').optional(),
  },
  infer(args, { shape, from }, refuse) {
    const [time, features] = shape;
    if (time === undefined || features === undefined || shape.length !== 2) {
      refuse(null, `takes a sequence [time, features], ${formatShape(shape)} arrives from ${from}`);
      return null;
    }
    const { max_len = time } = args;
    if (time > max_len) {
      refuse('max_len', `max_len ${max_len} given, sequences of ${time} arrive from ${from}`);
      return null;
    }
    return { output: shape, args: { max_len, features } };
  },
  parameters: ({ max_len, ...args }) => [
    { key: 'weight', shape: [max_len!, (args as { features: number }).features], initial: normal },
  ],
  forward(x, _, { parameter }) {
    const [, time, features] = x.shape as [number, number, number];
    return add(x, slice(parameter('weight'), [0, 0], [time, features]));
  },
  flops: (_, input) => sizeOf(input),
  shown: ({ max_len }) => ({ max_len }),
});
