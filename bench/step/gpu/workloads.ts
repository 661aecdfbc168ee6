// Workloads measured only on a GPU: networks and matrix products large enough to keep one busy.

import type { Workload } from '../workloads.ts';

const mlp = (width: number, batch: number): Workload => ({
  name: `mlp-${width}`,
  batch,
  input: [width],
  target: [],
  classes: 10,
  layers: [
    ...[1, 2, 3].flatMap(() => [{ type: 'Linear', out_features: width }, 'ReLU']),
    { type: 'Linear', out_features: 10 },
  ],
  torch: `nn.Sequential(*[m for _ in range(3) for m in (nn.Linear(${width}, ${width}), nn.ReLU())], nn.Linear(${width}, 10))`,
});

const [VOCABULARY, WIDTH, HEADS, LAYERS, CONTEXT] = [1024, 768, 12, 12, 256];

const gpt: Workload = {
  name: 'gpt-12',
  batch: 8,
  input: [CONTEXT],
  vocabulary: VOCABULARY,
  target: [CONTEXT],
  classes: VOCABULARY,
  layers: [
    { type: 'Embedding', num_embeddings: VOCABULARY, embedding_dim: WIDTH },
    { type: 'PositionalEmbedding', max_len: CONTEXT },
    ...Array.from({ length: LAYERS }, () => ({
      type: 'TransformerEncoderLayer',
      nhead: HEADS,
      dim_feedforward: 4 * WIDTH,
      dropout: 0,
      causal: true,
    })),
    { type: 'Linear', out_features: VOCABULARY },
    { type: 'Permute', dims: [0, 2, 1] },
  ],
  torch: `GPT(vocabulary=${VOCABULARY}, width=${WIDTH}, heads=${HEADS}, layers=${LAYERS}, ff=${4 * WIDTH}, context=${CONTEXT})`,
};

export const gpuWorkloads: readonly Workload[] = [mlp(1024, 256), mlp(4096, 256), gpt];

/** Sizes n of the n × n products. */
export const GEMMS: readonly number[] = [1024, 2048, 4096, 8192];
