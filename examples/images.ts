import type { Prediction } from '#contracts/jobs/job-api.ts';
import { digitArchive, unseenDigits } from './data/digit-files.ts';
import { inCharacters, SIZE } from './data/digits.ts';
import { accuracyOf, type Example } from './example.ts';

export const images: Example = {
  about:
    'a zip of PNG files in folders: a CNN learns from images that are moved and turned anew in every epoch',
  archive: { name: 'digits.zip', content: () => digitArchive(2_000), fields: {} },
  job: {
    name: 'images',
    model: {
      name: 'Pictures',
      layers: [
        { name: 'conv1', type: 'Conv2d', out_channels: 12, kernel_size: 3, padding: 1 },
        { type: 'BatchNorm2d' },
        { type: 'ReLU' },
        { type: 'MaxPool2d', kernel_size: 2 },
        { name: 'conv2', type: 'Conv2d', out_channels: 24, kernel_size: 3, padding: 1 },
        { type: 'BatchNorm2d' },
        { type: 'ReLU' },
        { type: 'MaxPool2d', kernel_size: 2 },
        { type: 'Flatten' },
        { type: 'Dropout', p: 0.2 },
        { name: 'fc', type: 'Linear', out_features: 10 },
      ],
    },
    preprocess: {
      images: {
        normalize: 'fitted',
        augment: [
          { type: 'RandomCrop', padding: 1, padding_mode: 'edge' },
          { type: 'RandomRotation', degrees: 5, fill: 255, interpolation: 'bilinear' },
        ],
      },
    },
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.003 },
      scheduler: { type: 'CosineAnnealingLR', T_max: 12 },
      epochs: 12,
      batch_size: 32,
      validation: { fraction: 0.1 },
    },
  },
  async show({ screen, look }) {
    const files = await unseenDigits(300);
    const found: Prediction[] = [];
    for (const { png } of files)
      found.push(await look(new Blob([new Uint8Array(png)], { type: 'image/png' })));
    const shown = [3, 14, 25, 36, 47];
    const drawn = shown.map((i) => inCharacters(files[i]!.image));
    for (const line of drawn[0]!.keys()) screen.line(drawn.map((digit) => digit[line]).join('  '));
    screen.line(shown.map((i) => String(found[i]!.label).padEnd(SIZE)).join('  '));
    return {
      what: `Accuracy on ${files.length} PNG files it has never seen`,
      value: accuracyOf(
        found,
        files.map(({ name }) => name),
      ),
      baseline: 0.1,
      of: 'guessing',
    };
  },
};
