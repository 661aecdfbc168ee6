import { makeWaves, WINDOW } from './data/waves.ts';
import type { Example } from './example.ts';
import { forecast } from './series.ts';

const waves = makeWaves(1_000, 200);

export const seriesRnn: Example = {
  about: 'the next value of a series, by a recurrent network that sees one value after another',
  job: {
    name: 'series-rnn',
    model: {
      name: 'SeriesRNN',
      input: { shape: [WINDOW, 1] },
      layers: [
        { name: 'rnn', type: 'RNN', hidden_size: 32 },
        { name: 'head', type: 'Linear', out_features: 1 },
      ],
    },
    dataset: waves.seen,
    training: {
      loss: 'MSELoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      clip_grad_norm: 1,
      epochs: 15,
      batch_size: 16,
    },
  },
  show: (trained) => forecast(trained, waves.unseen),
};
