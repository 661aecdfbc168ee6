import { makeWaves, WINDOW } from './data/waves.ts';
import type { Example } from './example.ts';
import { forecast } from './series.ts';

const waves = makeWaves(1_000, 200);

export const seriesLstm: Example = {
  about: 'the same series by an LSTM, whose memory cell keeps what gates let in',
  job: {
    name: 'series-lstm',
    model: {
      name: 'SeriesLSTM',
      input: { shape: [WINDOW, 1] },
      layers: [
        { name: 'lstm', type: 'LSTM', hidden_size: 32 },
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
