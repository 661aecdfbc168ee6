// The exact bits of training, as hashes. Whoever changes them (lowering, sum trees, emitted code, initial weights) must do so knowingly and
// raise NUMERICS in backends/wasm/wasm.ts; otherwise a checkpoint of the previous release would resume with different bits.

import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { uniforms } from '#engine/random.ts';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { smallJob, watching } from '../job.ts';

/** From a machine with fused multiply-add; on others only the version is compared. */
const GOLDEN = {
  fingerprint: 'wasm-simd-fma-5',
  'a perceptron with dropout': 'dfd82c2122243e554b0c435268c573b5',
  'a convolutional network with batch norm and max pooling': 'af307cf2f2f9e88920837f88fea60a53',
  'a recurrent and an attention layer': '238bf2c7be826604bcf097c13e537b32',
};

const conv = { type: 'Conv2d', out_channels: 6, kernel_size: 3, padding: 1 };
const encoder = { type: 'TransformerEncoderLayer', nhead: 2, dim_feedforward: 12, dropout: 0, causal: true };
const networks: [Exclude<keyof typeof GOLDEN, 'fingerprint'>, number[], unknown[]][] = [
  ['a perceptron with dropout', [7], [{ type: 'Linear', out_features: 19 }, 'GELU', 'Dropout', 'LayerNorm']],
  [
    'a convolutional network with batch norm and max pooling',
    [2, 8, 9],
    [conv, 'BatchNorm2d', 'ReLU', { type: 'MaxPool2d', kernel_size: 2 }, conv, 'Tanh', 'Flatten'],
  ],
  [
    'a recurrent and an attention layer',
    [6, 5],
    [
      { type: 'LSTM', hidden_size: 8, return: 'sequence' },
      encoder,
      { type: 'GRU', hidden_size: 6, return: 'last' },
    ],
  ],
];

it('the numerics version is the one the hashes below belong to', () => {
  expect(wasm.fingerprint.replace('mul-add', 'fma')).toBe(GOLDEN.fingerprint);
});

it.each(networks)('%s trains to the bits recorded for this numerics version', async (name, shape, layers) => {
  const samples = 40;
  const size = shape.reduce((product, n) => product * n, 1);
  const numbers = [...uniforms(3, 1, samples * size)].map((u) => 4 * u - 2);
  const nested = (at: number, [n, ...rest]: number[]): unknown =>
    n === undefined ? numbers[at] : Array.from({ length: n }, (_, i) => nested(at * n + i, rest));
  const inputs = Array.from({ length: samples }, (_, i) => nested(i, shape));
  const targets = [...uniforms(3, 2, samples)].map((u) => Math.floor(3 * u));
  const { spec, table } = await smallJob(
    {
      model: { input: { shape }, layers: [...layers, { type: 'Linear', out_features: 3 }] },
      training: { optimizer: 'AdamW', epochs: 3, batch_size: 7, validation_split: 0.1, clip_grad_norm: 1 },
    },
    { inputs, targets },
  );
  const { model } = await train(spec, table, watching(), { backend: wasm });
  const hash = createHash('sha256');
  for (const [part, values] of Object.entries(decodeArtifact(model).states))
    hash.update(part).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  const bits = hash.digest('hex').slice(0, 32);
  if (wasm.fingerprint.includes('-fma-')) expect(bits, 'other bits: raise NUMERICS').toBe(GOLDEN[name]);
});
