import { csvOf } from './data/records.ts';
import { makeWaves } from './data/waves.ts';
import type { Example } from './example.ts';
import { evaluateForecasts } from './forecast.ts';

const [WINDOW, HORIZON, UNSEEN] = [24, 12, 180];
const waves = makeWaves(1_024 + UNSEEN);

/** One job, three recurrent layers. */
function series(type: 'RNN' | 'LSTM' | 'GRU', about: string): Example {
  const name = type.toLowerCase();
  return {
    about,
    table: { name: 'waves.csv', text: csvOf(waves.slice(0, -UNSEEN)), fields: { target: 'height' } },
    job: {
      name: `series-${name}`,
      model: {
        name: `Series${type}`,
        layers: [
          { name, type, hidden_size: 32 },
          { name: 'head', type: 'Linear', out_features: HORIZON },
        ],
      },
      preprocess: { series: { window: WINDOW, horizon: HORIZON, time: 'second' } },
      training: {
        loss: 'MSELoss',
        optimizer: { type: 'Adam', lr: 0.01 },
        clip_grad_norm: 1,
        epochs: 15,
        batch_size: 16,
      },
    },
    show: (trained) =>
      evaluateForecasts(trained, [
        {
          rows: waves,
          unseen: UNSEEN,
          column: 'height',
          window: WINDOW,
          horizon: HORIZON,
          season: 13,
          guess: 'the wave before',
        },
      ]),
  };
}

export const seriesRnn = series(
  'RNN',
  'the next values of a series, by a recurrent network that sees one value after another',
);
export const seriesLstm = series(
  'LSTM',
  'the same series by an LSTM, whose memory cell keeps what gates let in',
);
export const seriesGru = series('GRU', 'the same series by a GRU, with fewer gates');
