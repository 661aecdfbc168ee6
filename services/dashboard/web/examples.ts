// Example jobs, each with generated data, small enough to train in seconds.

import type { NewJob } from '#contracts/jobs/job-api.ts';
import { makeDigits } from '../../../examples/data/digits.ts';
import { random } from '../../../examples/data/random.ts';
import { rounded } from '../../../examples/data/table.ts';
import { makeWaves, windowsOf } from '../../../examples/data/waves.ts';

export interface ExampleJob {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  make(): NewJob;
}

export const exampleHref = (id: string): string => `#/new?example=${id}`;

const spirals: ExampleJob = {
  id: 'spirals',
  title: 'Two spirals',
  about: 'Points of two intertwined spirals, separated by two hidden layers',
  make() {
    const { normal } = random(1);
    const inputs: number[][] = [];
    const targets: number[] = [];
    for (let i = 0; i < 800; i++) {
      const turn = Math.sqrt((i >> 1) / 400) * 3 * Math.PI;
      const angle = turn + (i % 2) * Math.PI;
      inputs.push([
        rounded((turn / 9.5) * Math.cos(angle) + 0.02 * normal()),
        rounded((turn / 9.5) * Math.sin(angle) + 0.02 * normal()),
      ]);
      targets.push(i % 2);
    }
    return {
      name: 'spirals',
      model: {
        input: { shape: [2] },
        layers: [
          { type: 'Linear', out_features: 32 },
          'Tanh',
          { type: 'Linear', out_features: 32 },
          'Tanh',
          { type: 'Linear', out_features: 2 },
        ],
      },
      dataset: { name: 'spirals', inputs, targets },
      training: {
        loss: 'CrossEntropyLoss',
        optimizer: { type: 'Adam', lr: 0.01 },
        epochs: 100,
        batch_size: 32,
        validation_split: 0.2,
        metrics: ['accuracy', 'confusion_matrix'],
      },
    };
  },
};

const digits: ExampleJob = {
  id: 'digits',
  title: 'Digits',
  about:
    'Ten handwritten glyphs of 14 × 14, classified by a small convolutional network; draw your own afterwards',
  make() {
    const { seen } = makeDigits(1_500, 1);
    return {
      name: 'digits',
      model: {
        input: { shape: [1, 14, 14] },
        layers: [
          { type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1 },
          'ReLU',
          { type: 'MaxPool2d', kernel_size: 2 },
          { type: 'Conv2d', out_channels: 16, kernel_size: 3, padding: 1 },
          'ReLU',
          { type: 'MaxPool2d', kernel_size: 2 },
          'Flatten',
          { type: 'Linear', out_features: 10 },
        ],
      },
      dataset: { name: 'digits', ...seen },
      training: {
        loss: 'CrossEntropyLoss',
        optimizer: { type: 'Adam', lr: 0.003 },
        epochs: 12,
        batch_size: 32,
        validation_split: 0.15,
        metrics: ['accuracy', 'confusion_matrix'],
      },
    };
  },
};

const regression: ExampleJob = {
  id: 'regression',
  title: 'A curve through noise',
  about: 'One number predicted from another: a wave, measured with noise',
  make() {
    const { uniform, normal } = random(4);
    const x = Array.from({ length: 500 }, () => rounded(6 * uniform() - 3));
    return {
      name: 'curve',
      model: {
        input: { shape: [1] },
        layers: [
          { type: 'Linear', out_features: 32 },
          'Tanh',
          { type: 'Linear', out_features: 32 },
          'Tanh',
          { type: 'Linear', out_features: 1 },
        ],
      },
      dataset: {
        name: 'curve',
        inputs: x.map((value) => [value]),
        targets: x.map((value) => rounded(Math.sin(2 * value) + 0.3 * value + 0.1 * normal())),
      },
      training: {
        loss: 'MSELoss',
        optimizer: { type: 'Adam', lr: 0.01 },
        epochs: 100,
        batch_size: 25,
        validation_split: 0.2,
        metrics: ['mae', 'r2'],
      },
    };
  },
};

const WINDOW = 24;

const series: ExampleJob = {
  id: 'series',
  title: 'A series',
  about: `The next value of two superimposed waves from the last ${WINDOW}, with an LSTM`,
  make() {
    const seen = windowsOf(makeWaves(900 + WINDOW), WINDOW);
    return {
      name: 'series',
      model: {
        input: { shape: [WINDOW, 1] },
        layers: [
          { type: 'LSTM', hidden_size: 24 },
          { type: 'Linear', out_features: 1 },
        ],
      },
      dataset: { name: 'series', ...seen },
      training: {
        loss: 'MSELoss',
        optimizer: { type: 'Adam', lr: 0.005 },
        epochs: 15,
        batch_size: 32,
        validation_split: 0.2,
      },
    };
  },
};

export const EXAMPLES: readonly ExampleJob[] = [spirals, digits, regression, series];
