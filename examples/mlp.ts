import { random } from './data/random.ts';
import { rounded, split } from './data/table.ts';
import { accuracy, type Example } from './example.ts';

// Points in ten dimensions: is a point inside a circle in the first two? The other eight are noise that the network has to ignore.
const { normal } = random(5);
const points = split(2_400, 400, () => {
  const x = Array.from({ length: 10 }, () => rounded(normal()));
  return [x, Math.hypot(x[0]!, x[1]!) > 1.18 ? 1 : 0];
});

export const mlp: Example = {
  about: "MyFirstNN: the notes' first network, 10 features, two hidden layers, 2 classes",
  job: {
    name: 'mlp',
    model: {
      name: 'MyFirstNN',
      input: { shape: [10] },
      layers: [
        { name: 'layer1', type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { name: 'layer2', type: 'Linear', out_features: 32 },
        { type: 'ReLU' },
        { name: 'layer3', type: 'Linear', out_features: 2 },
      ],
    },
    dataset: points.seen,
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.001 },
      epochs: 20,
      batch_size: 16,
      validation_split: 0.2,
    },
  },
  async show({ screen, predict }) {
    const { inputs, targets } = points.unseen;
    const predictions = await predict(inputs);
    for (const [i, { class: found, probabilities }] of predictions.slice(0, 5).entries()) {
      const place = `(${inputs[i]!.slice(0, 2)
        .map((x) => x.toFixed(2))
        .join(', ')}, …)`;
      const sure = `${(100 * Number(probabilities![Number(found)])).toFixed(1)} %`;
      screen.line(`${`${place.padEnd(20)} predicted ${found} (${sure})`.padEnd(44)}true ${targets[i]}`);
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
