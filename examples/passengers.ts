import { random } from './data/random.ts';
import { csvOf } from './data/records.ts';
import { accuracyOf, type Example } from './example.ts';

// Who survives a shipwreck? A passenger list as kept on board: words, missing values, and a name in every row.
const { uniform, normal } = random(12);
const pick = <T>(of: readonly T[], shares: readonly number[]): T => {
  let left = uniform();
  for (const [i, share] of shares.entries()) {
    left -= share;
    if (left < 0) return of[i]!;
  }
  return of[0]!;
};

const passengers = Array.from({ length: 1_200 }, (_, i) => {
  const place = pick(['first', 'second', 'third'], [0.25, 0.25, 0.5]);
  const woman = uniform() < 0.4;
  const age = Math.max(1, Math.round(30 + 14 * normal()));
  const fare = Math.exp({ first: 4.2, second: 2.9, third: 2.1 }[place]! + 0.4 * normal());
  const port = pick(['Southampton', 'Cherbourg', 'Queenstown', 'Belfast'], [0.7, 0.2, 0.08, 0.02]);
  const better = { first: 1.3, second: 0.2, third: -1.1 }[place]!;
  const chance = 1 / (1 + Math.exp(-(-0.6 + (woman ? 2.6 : -0.6) + better + (age < 14 ? 1.8 : 0))));
  return {
    name: `passenger ${i + 1}`,
    class: place,
    sex: woman ? 'female' : 'male',
    age: uniform() < 0.2 ? null : age,
    fare: Math.round(fare * 100) / 100,
    port: uniform() < 0.01 ? null : port,
    saved: uniform() < chance ? 'yes' : 'no',
  };
});
const [seen, unseen] = [passengers.slice(0, 1_000), passengers.slice(1_000)];

export const titanicLike: Example = {
  about: 'who is saved? A table with words and gaps, each column prepared in its own way',
  table: {
    name: 'passengers.csv',
    text: csvOf(seen),
    fields: { target: 'saved', types: '{"class": ["third", "second", "first"]}' },
  },
  job: {
    name: 'titanic-like',
    model: {
      layers: [{ type: 'Linear', out_features: 16 }, { type: 'ReLU' }, { type: 'Linear', out_features: 2 }],
    },
    preprocess: {
      columns: {
        age: { missing: 'median', indicator: true },
        fare: 'log',
        port: { min_count: 30, missing: 'most_frequent', unknown: 'other' },
      },
    },
    training: {
      loss: { type: 'CrossEntropyLoss', weight: 'balanced' },
      optimizer: { type: 'AdamW', lr: 0.005, weight_decay: 0.01 },
      epochs: 40,
      batch_size: 32,
      validation: { fraction: 0.2, stratify: true },
      restore_best: true,
      metrics: ['accuracy', 'f1'],
    },
  },
  async show({ screen, ask }) {
    const predictions = await ask(unseen);
    for (const [i, { label }] of predictions.slice(0, 5).entries()) {
      const { class: place, sex, age, saved } = unseen[i]!;
      const who = `${sex}, ${age ?? 'age unknown'}, ${place} class`.padEnd(36);
      screen.line(`${who} saved? predicted ${label?.padEnd(3)}  true ${saved}`);
    }
    const truths = unseen.map(({ saved }) => saved);
    return {
      what: `Accuracy on ${unseen.length} passengers it has never seen`,
      value: accuracyOf(predictions, truths),
      baseline:
        Math.max(...['yes', 'no'].map((word) => truths.filter((truth) => truth === word).length)) /
        truths.length,
      of: 'always the same answer',
    };
  },
};
