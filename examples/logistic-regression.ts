import { random } from './data/random.ts';
import { rounded, split } from './data/table.ts';
import { accuracy, type Example } from './example.ts';

// Does a bean sprout? The warmer and wetter the soil and the shallower the bean, the likelier it does, but never for certain.
const { uniform } = random(2);
const beans = split(1_200, 400, () => {
  const [degrees, water, depth] = [5 + 20 * uniform(), 100 * uniform(), 1 + 9 * uniform()];
  const odds = 0.5 * (degrees - 15) + 0.06 * (water - 50) - 0.8 * (depth - 5.5);
  const sprouts = uniform() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  return [[rounded(degrees), rounded(water), rounded(depth)], sprouts];
});

export const logisticRegression: Example = {
  about: 'how likely is a yes? Linear and BCEWithLogitsLoss, on standardised columns',
  job: {
    name: 'logistic regression',
    model: {
      name: 'LogisticRegression',
      input: { shape: [3] },
      layers: [{ name: 'linear', type: 'Linear', out_features: 1 }],
    },
    dataset: beans.seen,
    preprocess: 'standardize',
    training: {
      loss: 'BCEWithLogitsLoss',
      optimizer: { type: 'Adam', lr: 0.05 },
      epochs: 20,
      batch_size: 32,
      validation_split: 0.2,
    },
  },
  async show({ screen, predict }) {
    const { inputs, targets } = beans.unseen;
    const predictions = await predict(inputs);
    for (const [i, { probabilities }] of predictions.slice(0, 5).entries()) {
      const [degrees, water, depth] = inputs[i]!.map((value) => value.toFixed(1));
      const bean = `${degrees} °C, water ${water} %, ${depth} cm deep`.padEnd(38);
      const likely = `${(100 * Number(probabilities![1])).toFixed(1)} %`.padEnd(8);
      screen.line(`${bean} sprouts with ${likely} ${targets[i] === 1 ? 'it did' : 'it did not'}`);
    }
    const ones = targets.filter((target) => target === 1).length / targets.length;
    return {
      what: `Accuracy on ${inputs.length} beans it has never seen`,
      value: accuracy(predictions, targets),
      baseline: Math.max(ones, 1 - ones),
      of: 'always the same answer',
    };
  },
};
