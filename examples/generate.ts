import type { Example } from './example.ts';
import { heldOut, speak, tale, windows } from './language.ts';

export const generate: Example = {
  about: 'a language model: an LSTM reads a tale character by character, then tells its own',
  table: tale,
  job: {
    name: 'generate',
    preprocess: windows,
    model: {
      name: 'CharLM',
      layers: [
        // The vocabulary size comes from the text.
        { name: 'characters', type: 'Embedding', embedding_dim: 32 },
        { name: 'lstm', type: 'LSTM', hidden_size: 96, return: 'sequence' },
        { type: 'Dropout', p: 0.2 },
        { name: 'head', type: 'Linear' },
        // CrossEntropyLoss takes [classes, time].
        { type: 'Permute', dims: [0, 2, 1] },
      ],
    },
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      clip_grad_norm: 1,
      epochs: 12,
      batch_size: 16,
      ...heldOut,
    },
  },
  show: speak,
};
