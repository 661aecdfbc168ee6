// A run that is stopped, wherever it is, and resumed: it ends as an unbroken one does.

import { describe, expect, it } from 'vitest';
import { decodeArtifact } from '#training/run/artifact.ts';
import { fit as train } from '#training/run/fit.ts';
import { backends } from '../backends.ts';
import { expectClose } from '../fixture.ts';
import { smallJob, watching } from '../job.ts';
import { runOn } from './run-on.ts';

describe.each(backends)('a run on %s', (_, backend) => {
  const run = runOn(backend);
  const dropout = [
    { type: 'Linear', out_features: 8 },
    'Tanh',
    'Dropout',
    { type: 'Linear', out_features: 2 },
  ];
  it.each<[string, { model?: object; training?: object }]>([
    ['a plain job', {}],
    ['dropout', { model: { layers: dropout } }],
    ['running statistics', { model: { layers: ['BatchNorm1d', ...dropout] }, training: { batch_size: 4 } }],
    [
      'accumulated gradients, with a shorter group at the end of the epoch',
      { training: { accumulate_steps: 4 } },
    ],
    ['clipped gradients', { training: { clip_grad_norm: 0.1, clip_grad_value: 0.01 } }],
    ['a scheduler by step', { training: { scheduler: { type: 'OneCycleLR', max_lr: 0.1 } } }],
    [
      'a scheduler that watches the loss',
      { training: { scheduler: { type: 'ReduceLROnPlateau', patience: 0, threshold: 0.5, cooldown: 1 } } },
    ],
    ['early stopping', { training: { early_stopping: { patience: 3, min_delta: 1 }, epochs: 9 } }],
    [
      'every metric',
      {
        training: {
          metrics: ['accuracy', 'top_1', 'precision', 'recall', 'f1', 'confusion_matrix', 'perplexity'],
        },
      },
    ],
    [
      'all of these',
      {
        model: { layers: dropout },
        training: {
          accumulate_steps: 3,
          clip_grad_norm: 0.5,
          scheduler: { type: 'ReduceLROnPlateau', patience: 0, threshold: 0.5 },
          early_stopping: { patience: 2, monitor: 'val_accuracy' },
          metrics: ['accuracy', 'confusion_matrix'],
        },
      },
    ],
  ])('stops at any check for a stop, and resumes from there to the same end: %s', async (_, over) => {
    const job = await smallJob({ ...over, training: { epochs: 3, batch_size: 3, ...over.training } });
    const unbroken = await run(job);
    // How often a run checks depends on the machine's speed: at least between epochs, and within the first.
    let stops = 0;
    // Every one of the first checks, then fewer; fewer still on a software GPU, which is slow.
    const looks = backend.name === 'webgpu' ? [0, 1, 6] : [0, 1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 26];
    for (const stopAfter of looks) {
      const first = watching(stopAfter);
      const stopped = await train(job.spec, job.table, first, { backend });
      expect(stopped.outcome).toBe(first.looks > stopAfter ? 'cancelled' : unbroken.outcome);
      if (stopped.outcome !== 'cancelled') break;
      stops++;
      // Through JSON and back, as in the store, which keeps the arrays as files.
      const { states, bestStates, ...rest } = stopped.state;
      const state = { ...(JSON.parse(JSON.stringify(rest)) as typeof rest), states, bestStates };
      const second = watching();
      const resumed = await train(job.spec, job.table, second, { backend, from: state });
      expect(resumed.outcome).toBe(unbroken.outcome);
      const told = [...first.reports, ...second.reports];
      const places = (reports: typeof told) =>
        reports.map(({ epoch, step, learning_rate }) => [epoch, step, learning_rate]);
      expect(places(told)).toEqual(places(unbroken.reports));
      if (backend.name === 'reference') {
        // The reference computes in doubles, and its state is saved as floats.
        const end = decodeArtifact(resumed.model).states.theta!;
        expectClose(end, [...decodeArtifact(unbroken.model).states.theta!], 1e-6);
      } else {
        expect(told.map(({ values }) => values)).toEqual(unbroken.values);
        expect(told.map((report) => report.confusion_matrix)).toEqual(
          unbroken.reports.map((report) => report.confusion_matrix),
        );
        expect(Buffer.from(resumed.model).equals(Buffer.from(unbroken.model))).toBe(true);
        const end = ({ seconds: _, ...state }: typeof resumed.state) => state;
        expect(end(resumed.state)).toEqual(end(unbroken.state));
      }
    }
    expect(stops).toBeGreaterThanOrEqual(backend.name === 'webgpu' ? 2 : 3);
  });

  it('yields to the event loop, so that a timer can stop it', async () => {
    const job = await smallJob({ training: { epochs: 1_000_000 } });
    let stop = false;
    setTimeout(() => {
      stop = true;
    }, 50);
    const { outcome } = await train(
      job.spec,
      job.table,
      {
        onEpoch: () => {},
        shouldStop: () => (stop ? 'cancel' : null),
        yieldToEvents: () => new Promise((resolve) => setImmediate(resolve)),
      },
      { backend },
    );
    expect(outcome).toBe('cancelled');
  });
});
