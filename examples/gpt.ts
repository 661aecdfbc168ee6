import type { Example } from './example.ts';
import { heldOut, speak, tale, windows } from './language.ts';

const block = {
  type: 'TransformerEncoderLayer',
  nhead: 4,
  dim_feedforward: 128,
  activation: 'gelu',
  norm_first: true,
  causal: true,
};

export const gpt: Example = {
  about: 'a small GPT: attention to what was before, two blocks deep, on the same tale',
  table: tale,
  job: {
    name: 'gpt',
    preprocess: windows,
    model: {
      name: 'GPT',
      layers: [
        { name: 'characters', type: 'Embedding', embedding_dim: 64 },
        { name: 'positions', type: 'PositionalEmbedding' },
        { name: 'block1', ...block },
        { name: 'block2', ...block },
        { name: 'norm', type: 'LayerNorm' },
        { name: 'head', type: 'Linear', bias: false },
        // CrossEntropyLoss takes [classes, time].
        { type: 'Permute', dims: [0, 2, 1] },
      ],
    },
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.003 },
      clip_grad_norm: 1,
      epochs: 12,
      batch_size: 16,
      ...heldOut,
    },
  },
  show: speak,
};
