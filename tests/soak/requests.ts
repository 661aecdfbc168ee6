// The jobs of a run: a few kinds, short, each with a fault-free reference run of its own, and the predictions that users request.

import { createHash } from 'node:crypto';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Job, NewJob } from '#contracts/jobs/job-api.ts';
import type { MetricHistory } from '#contracts/jobs/metric-history.ts';
import { firstJob } from '../../examples/quickstart/jobs.ts';
import type { Asker } from './ask.ts';
import { DAYS, type Datasets } from './datasets.ts';

const KINDS = ['short', 'many epochs', 'with checkpoints', 'text', 'series', 'images'] as const;
export type Kind = (typeof KINDS)[number];
export const kinds: readonly Kind[] = KINDS;

const adam = { type: 'Adam', lr: 0.01 };

function tableJob(kind: 'short' | 'many epochs' | 'with checkpoints', dataset: Dataset): NewJob {
  const job = firstJob(dataset, 8);
  if (kind === 'short') return job;
  if (kind === 'many epochs') return { ...job, training: { ...job.training, epochs: 3_000 } };
  const layers = [
    { type: 'Linear', out_features: 256 },
    'ReLU',
    { type: 'Dropout', p: 0.2 },
    { type: 'Linear', out_features: 256 },
    'ReLU',
    { type: 'Linear', out_features: 2 },
  ];
  return { ...job, model: { ...job.model, layers }, training: { ...job.training, epochs: 600 } };
}

export function requestOf(kind: Kind, { points, tale, days, stripes }: Datasets): NewJob {
  if (kind === 'text') {
    const layers = [
      { type: 'Embedding', embedding_dim: 12 },
      { type: 'GRU', hidden_size: 24, return: 'sequence' },
      'Linear',
      { type: 'Permute', dims: [0, 2, 1] },
    ];
    return {
      dataset: tale.id,
      preprocess: { tokens: 'characters', context: 32 },
      model: { input: { shape: [32], dtype: 'int32' }, layers },
      training: { loss: 'CrossEntropyLoss', optimizer: adam, epochs: 400, batch_size: 4 },
    };
  }
  if (kind === 'series') {
    return {
      dataset: days.id,
      preprocess: { series: { window: 12, horizon: 3, time: 'day' } },
      model: {
        input: { shape: [12, 1] },
        layers: [
          { type: 'LSTM', hidden_size: 16 },
          { type: 'Linear', out_features: 3 },
        ],
      },
      training: {
        loss: 'MSELoss',
        optimizer: adam,
        epochs: 800,
        batch_size: 8,
        validation: { fraction: 0.2 },
      },
    };
  }
  if (kind === 'images') {
    const layers = [
      { type: 'Conv2d', out_channels: 4, kernel_size: 3, padding: 1 },
      'ReLU',
      { type: 'MaxPool2d', kernel_size: 2 },
      'Flatten',
      { type: 'Linear', out_features: 2 },
    ];
    return {
      dataset: stripes.id,
      model: { input: { shape: [1, 12, 12] }, layers },
      training: { loss: 'CrossEntropyLoss', optimizer: adam, epochs: 1_000, batch_size: 8 },
    };
  }
  return tableJob(kind, points);
}

/** The reply of a trained network of this kind to a fixed question. */
export async function answerOf(ask: Asker, { id }: Pick<Job, 'id'>, kind: Kind): Promise<unknown> {
  const post = async (action: 'predict' | 'generate', body: object) => {
    const answer = await ask(`/jobs/${id}/${action}`, { method: 'POST', body });
    return answer.status === 200 ? answer.body : { refused: answer };
  };
  if (kind === 'text') {
    const { text, refused } = await post('generate', { prompt: 'the cat', max_tokens: 40, seed: 3 });
    return text ?? refused;
  }
  const inputs =
    kind === 'series'
      ? { records: DAYS }
      : kind === 'images'
        ? {
            inputs: [Array.from({ length: 12 }, (_, y) => Array(12).fill(y < 6 ? 20 : 200))].map((it) => [
              it,
            ]),
          }
        : { inputs: [[1.186, 1.227, -0.322, 1.683, 0.001, -0.055, 0.279, -0.457, 1.373, 0.588]] };
  const { predictions, refused } = await post('predict', inputs);
  return predictions ?? refused;
}

/** The outcome of a job of a kind, which must be the same whatever faults occur. */
export interface Result {
  weights: string;
  series: Record<string, unknown>;
  /** The reply to the question in `answerOf`. */
  answer: unknown;
}

export async function resultOf(ask: Asker, job: Pick<Job, 'id'>, kind: Kind): Promise<Result> {
  const weights = createHash('sha256')
    .update(await ask.bytes(`/jobs/${job.id}/weights?which=last`))
    .digest('hex');
  const { series } = (await ask(`/jobs/${job.id}/metrics`)).body as MetricHistory;
  // Clock-based series differ in every run.
  const { seconds: _, samples_per_sec: __, ...computed } = series;
  return { weights, series: computed, answer: await answerOf(ask, job, kind) };
}
