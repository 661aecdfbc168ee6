import { CONTEXT, VOCABULARY } from './data/characters.ts';
import type { Example } from './example.ts';
import { lessons, speak } from './language.ts';

export const charLm: Example = {
  about: 'a language model: an LSTM reads a tale character by character, then tells its own',
  job: {
    name: 'char-lm',
    model: {
      name: 'CharLM',
      input: { shape: [CONTEXT], dtype: 'int32' },
      layers: [
        { name: 'characters', type: 'Embedding', num_embeddings: VOCABULARY, embedding_dim: 32 },
        { name: 'lstm', type: 'LSTM', hidden_size: 96, return: 'sequence' },
        { type: 'Dropout', p: 0.2 },
        { name: 'head', type: 'Linear', out_features: VOCABULARY },
        // CrossEntropyLoss takes [classes, time].
        { type: 'Permute', dims: [0, 2, 1] },
      ],
    },
    dataset: lessons,
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      clip_grad_norm: 1,
      epochs: 12,
      batch_size: 16,
    },
  },
  show: speak,
};
