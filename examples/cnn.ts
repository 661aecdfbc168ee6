import { inCharacters, makeDigits, SIZE } from './data/digits.ts';
import { accuracy, type Example } from './example.ts';

const digits = makeDigits(1_200, 200);

export const cnn: Example = {
  about: 'ten digits, drawn anew every time: Conv2d, BatchNorm2d and MaxPool2d tell them apart',
  job: {
    name: 'cnn',
    model: {
      name: 'DigitsCNN',
      input: { shape: [1, SIZE, SIZE] },
      layers: [
        { name: 'conv1', type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1 },
        { type: 'BatchNorm2d' },
        { type: 'ReLU' },
        { type: 'MaxPool2d', kernel_size: 2 },
        { name: 'conv2', type: 'Conv2d', out_channels: 16, kernel_size: 3, padding: 1 },
        { type: 'BatchNorm2d' },
        { type: 'ReLU' },
        { type: 'MaxPool2d', kernel_size: 2 },
        { type: 'Flatten' },
        { type: 'Dropout', p: 0.2 },
        { name: 'fc', type: 'Linear', out_features: 10 },
      ],
    },
    dataset: digits.seen,
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.003 },
      epochs: 8,
      batch_size: 32,
      validation_split: 0.1,
    },
  },
  async show({ screen, predict }) {
    const { inputs, targets } = digits.unseen;
    const predictions = await predict(inputs);
    const shown = [0, 13, 26, 39, 42];
    const drawn = shown.map((i) => inCharacters(inputs[i]!));
    for (const line of drawn[0]!.keys()) screen.line(drawn.map((digit) => digit[line]).join('  '));
    const said = shown.map((i) => `${predictions[i]!.class} (it is ${targets[i]})`.padEnd(SIZE));
    screen.line(said.join('  '));
    return {
      what: `Accuracy on ${inputs.length} digits it has never seen`,
      value: accuracy(predictions, targets),
      baseline: 0.1,
      of: 'guessing',
    };
  },
};
