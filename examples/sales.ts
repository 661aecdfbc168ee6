import { random } from './data/random.ts';
import { csvOf } from './data/records.ts';
import type { Example } from './example.ts';
import { evaluateForecasts } from './forecast.ts';

// How much will two shops sell in the next two weeks? Three years of daily sales with a trend, a summer, weekends, and offers planned in
// advance.
const { uniform, normal } = random(8);
const DAY = 86_400_000;
const begin = Date.UTC(2021, 0, 1);
const SHOPS = ['harbour', 'station'];

const sales = Array.from({ length: 2_190 }, (_, i) => {
  const number = Math.floor(i / 2);
  const date = new Date(begin + number * DAY);
  const shop = SHOPS[i % 2]!;
  const offer = uniform() < 0.15;
  const weekend = [0, 6].includes(date.getUTCDay());
  const season = Math.sin((2 * Math.PI * (number - 100)) / 365.25);
  const usual =
    shop === 'harbour' ? 60 + 30 * season + (weekend ? 35 : 0) : 80 + 5 * season - (weekend ? 40 : 0);
  const sold = (usual + number / 40) * (offer ? 1.4 : 1) + 4 * normal();
  return {
    day: date.toISOString().slice(0, 10),
    shop,
    offer: offer ? 'yes' : 'no',
    rain_mm: uniform() < 0.05 ? null : Math.round(Math.max(0, 6 * normal()) * 10) / 10,
    sold: Math.round(sold * 10) / 10,
  };
});
const [WINDOW, HORIZON, UNSEEN] = [28, 14, 112];

export const forecast: Example = {
  about:
    'how much do two shops sell in the next two weeks? Windows of a table, and a plan that is known in advance',
  // The last four months are held back as the future.
  table: { name: 'sales.csv', text: csvOf(sales.slice(0, -2 * UNSEEN)), fields: { target: 'sold' } },
  job: {
    name: 'forecast',
    model: {
      layers: [
        'Flatten',
        { type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { type: 'Linear', out_features: HORIZON },
      ],
    },
    preprocess: {
      series: { window: WINDOW, horizon: HORIZON, id: 'shop', time: 'day', future: ['day', 'offer'] },
      // The id is an input too, because the shops differ.
      columns: { shop: 'one_hot', rain_mm: { missing: 0 } },
    },
    training: {
      loss: 'MSELoss',
      optimizer: { type: 'AdamW', lr: 0.002, weight_decay: 0.05 },
      scheduler: { type: 'CosineAnnealingLR', T_max: 30 },
      epochs: 30,
      batch_size: 32,
      validation: { fraction: 0.1 },
      restore_best: true,
      metrics: ['mae', 'r2'],
    },
  },
  show: (trained) =>
    evaluateForecasts(
      trained,
      SHOPS.map((shop) => ({
        rows: sales.filter((row) => row.shop === shop),
        unseen: UNSEEN,
        column: 'sold',
        known: ['day', 'shop', 'offer'],
        window: WINDOW,
        horizon: HORIZON,
        season: 7,
        guess: 'as on the same day of the week before',
      })),
    ),
};
