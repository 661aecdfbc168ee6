import { z } from 'zod';
import { constant, detach, equal, gather, reshape, toF32, where } from '#engine/functions.ts';
import { size } from '../model/component.ts';
import { normal } from '../model/initial.ts';
import { sizeOf } from '../model/shape.ts';
import { defineLayer, eachAlone } from './layer.ts';

// Row x of the weight for every token id x. Initialized N(0, 1) as in torch. The row at padding_idx starts as zeros and is never updated,
// as in torch; loaded weights may hold anything there.
export const Embedding = defineLayer({
  type: 'Embedding',
  help: 'A learned vector for every token id',
  args: {
    num_embeddings: size('Vocabulary size: token ids are below this'),
    embedding_dim: size('Embedding size'),
    padding_idx: z
      .int()
      .nullable()
      .default(null)
      .describe('Padding token: its embedding is zero and not learned'),
  },
  infer({ num_embeddings, embedding_dim, padding_idx }, { shape }, refuse) {
    const padding = padding_idx !== null && padding_idx < 0 ? padding_idx + num_embeddings : padding_idx;
    if (padding !== null && (padding < 0 || padding >= num_embeddings)) {
      refuse('padding_idx', `padding_idx ${padding_idx} given, but tokens are 0 to ${num_embeddings - 1}`);
      return null;
    }
    const args = { num_embeddings, embedding_dim, padding_idx: padding };
    return { output: [...shape, embedding_dim], args };
  },
  vocabulary: ({ num_embeddings }) => num_embeddings,
  parameters({ num_embeddings, embedding_dim, padding_idx }) {
    const initial: typeof normal = (into, seed, index) => {
      normal(into, seed, index);
      if (padding_idx === null) return;
      into.fill(0, padding_idx * embedding_dim, (padding_idx + 1) * embedding_dim);
    };
    return [{ key: 'weight', shape: [num_embeddings, embedding_dim], initial }];
  },
  sequence: (_, axis) => eachAlone(axis),
  forward(x, { padding_idx }, { parameter }) {
    const rows = gather(parameter('weight'), x);
    if (padding_idx === null) return rows;
    const number = reshape(toF32(x), [...x.shape, 1]);
    return where(equal(number, constant(x.graph, padding_idx)), detach(rows), rows);
  },
  flops: ({ embedding_dim }, input) => sizeOf(input) * embedding_dim,
  positional: ({ num_embeddings, embedding_dim }) => [num_embeddings, embedding_dim],
  shown: ({ padding_idx }) => (padding_idx === null ? {} : { padding_idx }),
});
