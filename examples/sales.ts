import { random } from './data/random.ts';
import { csvOf } from './data/records.ts';
import { type Example, numberOf, rootMeanSquare } from './example.ts';

// How much will two shops sell on a day to come? Three years of days, a trend, a summer, weekends, and offers.
const { uniform, normal } = random(8);
const DAY = 86_400_000;
const begin = Date.UTC(2021, 0, 1);

const sales = Array.from({ length: 2_190 }, (_, i) => {
  const number = Math.floor(i / 2);
  const date = new Date(begin + number * DAY);
  const shop = i % 2 === 0 ? 'harbour' : 'station';
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
/** The last four months are the future. */
const [seen, unseen] = [sales.slice(0, -240), sales.slice(-240)];

export const forecast: Example = {
  about: 'how much is sold tomorrow? Dates become a trend, a season and a weekday',
  table: { name: 'sales.csv', text: csvOf(seen), fields: { target: 'sold' } },
  job: {
    name: 'forecast',
    model: {
      layers: [
        { type: 'Linear', out_features: 32 },
        { type: 'ReLU' },
        { type: 'Linear', out_features: 32 },
        { type: 'ReLU' },
        { type: 'Linear', out_features: 1 },
      ],
    },
    preprocess: { columns: { day: 'min_max', rain_mm: { missing: 0, clip: 0.01 } } },
    training: {
      loss: 'MSELoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      scheduler: { type: 'CosineAnnealingLR', T_max: 50 },
      epochs: 50,
      batch_size: 32,
      // What is to be predicted comes after what is learned from.
      validation: { fraction: 0.1, by: 'last' },
      restore_best: true,
      metrics: ['mae', 'r2'],
    },
  },
  async show({ screen, ask }) {
    const predictions = (await ask(unseen)).map(numberOf);
    for (const [i, sold] of predictions.slice(0, 6).entries()) {
      const { day, shop, offer, sold: truth } = unseen[i]!;
      const what = `${day} ${shop}${offer === 'yes' ? ', an offer' : ''}`.padEnd(30);
      screen.line(`${what} predicted ${sold.toFixed(1).padStart(5)}  true ${truth.toFixed(1).padStart(5)}`);
    }
    const mean = seen.reduce((sum, { sold }) => sum + sold / seen.length, 0);
    return {
      what: `Typical error (RMSE) on ${unseen.length / 2} days to come`,
      value: rootMeanSquare(predictions.map((sold, i) => sold - unseen[i]!.sold)),
      baseline: rootMeanSquare(unseen.map(({ sold }) => sold - mean)),
      of: 'always the mean',
    };
  },
};
