import { random } from './data/random.ts';
import { rounded, split } from './data/table.ts';
import { accuracy, type Example } from './example.ts';

// Two intertwined spirals: which one is a point on?
const { uniform, normal } = random(6);
const spirals = split(1_500, 300, (i) => {
  const along = 0.1 + 0.9 * Math.sqrt(uniform());
  const angle = 3.5 * Math.PI * along + (i % 2) * Math.PI;
  return [
    [
      rounded(2 * along * Math.cos(angle) + 0.04 * normal()),
      rounded(2 * along * Math.sin(angle) + 0.04 * normal()),
    ],
    i % 2,
  ];
});

export const residual: Example = {
  about: 'layers that others go around: Add joins branches by their names',
  job: {
    name: 'residual',
    model: {
      name: 'Residual',
      input: { shape: [2] },
      layers: [
        { name: 'stem', type: 'Linear', out_features: 32 },

        { name: 'norm1', type: 'LayerNorm' },
        { name: 'wide1', type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { name: 'back1', type: 'Linear', out_features: 32 },
        { name: 'sum1', type: 'Add', inputs: ['stem', 'back1'] },

        { name: 'norm2', type: 'LayerNorm' },
        { name: 'wide2', type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { name: 'back2', type: 'Linear', out_features: 32 },
        { name: 'sum2', type: 'Add', inputs: ['sum1', 'back2'] },

        { name: 'norm3', type: 'LayerNorm' },
        { name: 'wide3', type: 'Linear', out_features: 64 },
        { type: 'ReLU' },
        { name: 'back3', type: 'Linear', out_features: 32 },
        { name: 'sum3', type: 'Add', inputs: ['sum2', 'back3'] },

        { name: 'head', type: 'Linear', out_features: 2 },
      ],
    },
    dataset: spirals.seen,
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.003 },
      epochs: 30,
      batch_size: 32,
      validation_split: 0.2,
    },
  },
  async show({ screen, predict }) {
    // The plane as the network classifies it, one character per point.
    const [wide, high] = [48, 22];
    const plane = Array.from({ length: wide * high }, (_, i) => [
      (((i % wide) + 0.5) / wide - 0.5) * 4.4,
      ((Math.floor(i / wide) + 0.5) / high - 0.5) * 4.4,
    ]);
    const found = await predict(plane);
    for (let row = 0; row < high; row++) {
      const points = found.slice(row * wide, (row + 1) * wide);
      screen.line(points.map((point) => (point.class === 1 ? '█' : '·')).join(''));
    }
    const { inputs, targets } = spirals.unseen;
    return {
      what: `Accuracy on ${inputs.length} points it has never seen`,
      value: accuracy(await predict(inputs), targets),
      baseline: 0.5,
      of: 'guessing',
    };
  },
};
