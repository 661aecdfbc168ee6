import { random } from './data/random.ts';
import { rounded, split } from './data/table.ts';
import { accuracy, type Example } from './example.ts';

// On which side of the line x₂ = 2x₁ − ½ is a point?
const { normal } = random(1);
const points = split(300, 100, () => {
  const [x1, x2] = [rounded(normal()), rounded(normal())];
  return [[x1, x2], x2 > 2 * x1 - 0.5 ? 1 : 0];
});

export const perceptron: Example = {
  about: 'one neuron: two weights, a bias and a sigmoid draw a line between two classes',
  job: {
    name: 'perceptron',
    model: {
      name: 'Perceptron',
      input: { shape: [2] },
      layers: [{ name: 'neuron', type: 'Linear', out_features: 1 }, { type: 'Sigmoid' }],
    },
    dataset: points.seen,
    training: {
      loss: 'BCELoss',
      optimizer: { type: 'SGD', lr: 1 },
      epochs: 20,
      batch_size: 10,
    },
  },
  async show({ screen, predict }) {
    const { inputs, targets } = points.unseen;
    const predictions = await predict(inputs);
    for (const [i, { class: found, probabilities }] of predictions.slice(0, 5).entries()) {
      const sure = Number(probabilities![1]).toFixed(3).padEnd(8);
      screen.line(
        `${`(${inputs[i]!.join(', ')})`.padEnd(18)}fires at ${sure} class ${found}  true ${targets[i]}`,
      );
    }
    const ones = targets.filter((target) => target === 1).length / targets.length;
    return {
      what: `Accuracy on ${inputs.length} points it has never seen`,
      value: accuracy(predictions, targets),
      baseline: Math.max(ones, 1 - ones),
      of: 'always the same answer',
    };
  },
};
