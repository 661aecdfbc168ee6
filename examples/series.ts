import { makeWaves, WINDOW } from './data/waves.ts';
import type { Example } from './example.ts';
import { forecast } from './forecast.ts';

const waves = makeWaves(1_000, 200);

/** One job, three recurrent layers. */
function series(type: 'RNN' | 'LSTM' | 'GRU', about: string): Example {
  const name = type.toLowerCase();
  return {
    about,
    job: {
      name: `series-${name}`,
      model: {
        name: `Series${type}`,
        input: { shape: [WINDOW, 1] },
        layers: [
          { name, type, hidden_size: 32 },
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
}

export const seriesRnn = series(
  'RNN',
  'the next value of a series, by a recurrent network that sees one value after another',
);
export const seriesLstm = series(
  'LSTM',
  'the same series by an LSTM, whose memory cell keeps what gates let in',
);
export const seriesGru = series('GRU', 'the same series by a GRU, with fewer gates');
