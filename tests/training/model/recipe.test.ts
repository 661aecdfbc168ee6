// The training object of a request: its defaults, and what is rejected and why.

import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { validateJob } from '#training/job/validate.ts';
import { metrics } from '#training/metrics/index.ts';
import { readRecipe } from '#training/model/recipe.ts';
import { points } from '../job.ts';

const render = (training: object) => {
  const { details, value } = readRecipe({ loss: 'CrossEntropyLoss', ...training });
  expect(details).toEqual([]);
  return value!.rendered;
};

/** The errors for a job on 50 samples of two classes (or numbers), with 7 batches per epoch and 10 epochs. */
async function problems(training: object, numbers = false): Promise<string[]> {
  const { inputs, targets } = points(50);
  const { table } = readInline({ inputs, targets: numbers ? targets.map((y) => y + 0.5) : targets });
  const { details } = await validateJob(
    {
      model: { input: { shape: [2] }, layers: [{ type: 'Linear', out_features: numbers ? 1 : 2 }] },
      dataset: 'ds_1',
      training: { loss: numbers ? 'MSELoss' : 'CrossEntropyLoss', batch_size: 8, ...training },
    },
    async () => table.info,
  );
  return details.map(({ param, message }) => `${param}: ${message}`);
}

describe('a scheduler', () => {
  it('gets torch’s defaults, and its step interval', () => {
    expect(render({ scheduler: { type: 'StepLR', step_size: 3 } }).scheduler).toEqual({
      type: 'StepLR',
      step_size: 3,
      gamma: 0.1,
      interval: 'epoch',
    });
    expect(render({ scheduler: { type: 'OneCycleLR', max_lr: 1 } }).scheduler).toMatchObject({
      interval: 'step',
      total_steps: null,
      cycle_momentum: true,
    });
    expect(render({ scheduler: { type: 'StepLR', step_size: 3, interval: 'step' } }).scheduler).toMatchObject(
      { interval: 'step' },
    );
  });

  it('with parts gets defaults for each, and its rendered form is valid again', () => {
    const scheduler = {
      type: 'SequentialLR',
      schedulers: ['LinearLR', { type: 'CosineAnnealingLR', T_max: 20 }],
      milestones: [5],
    };
    const rendered = render({ scheduler });
    expect(rendered.scheduler!.schedulers).toEqual([
      { type: 'LinearLR', start_factor: 1 / 3, end_factor: 1, total_iters: 5 },
      { type: 'CosineAnnealingLR', T_max: 20, eta_min: 0 },
    ]);
    expect(render(rendered)).toEqual(rendered);
  });

  it.each<[unknown, RegExp]>([
    ['SteppLR', /scheduler: unknown scheduler "SteppLR"; did you mean "StepLR"\?/],
    ['StepLR', /scheduler\.step_size/],
    [{ type: 'StepLR', step_size: 0 }, /scheduler\.step_size: must be at least 1/],
    [
      { type: 'StepLR', step_size: 2, gama: 1 },
      /scheduler\.gama: unknown key "gama"; did you mean "gamma"\?/,
    ],
    [{ type: 'StepLR', step_size: 2, interval: 'batch' }, /scheduler\.interval/],
    [{ type: 'ReduceLROnPlateau', interval: 'step' }, /scheduler\.interval: .*whole epochs/],
    [{ type: 'ReduceLROnPlateau', monitor: 'val_loss' }, /scheduler\.monitor: .*nothing is held out/],
    [{ type: 'ReduceLROnPlateau', monitor: 'train_acuracy' }, /did you mean "train_accuracy"\?/],
    [{ type: 'OneCycleLR', max_lr: 1, total_steps: 69 }, /total_steps: 69 given, but the job has 70 steps/],
    [
      { type: 'OneCycleLR', max_lr: 1, total_steps: 9, interval: 'epoch' },
      /9 given, but the job has 10 steps/,
    ],
    [
      { type: 'SequentialLR', schedulers: ['LinearLR'], milestones: [3] },
      /milestones: 1 schedulers .* 0 milestones/,
    ],
    [
      { type: 'SequentialLR', schedulers: ['LinearLR', 'LinearLR', 'LinearLR'], milestones: [3, 3] },
      /must be greater than 0 and increasing/,
    ],
    [
      { type: 'SequentialLR', schedulers: ['LinearLR', 'StepLR'], milestones: [3] },
      /scheduler\.schedulers\[1\]\.step_size/,
    ],
    [
      { type: 'SequentialLR', schedulers: ['LinearLR', 'ReduceLROnPlateau'], milestones: [3] },
      /schedulers\[1\]: ReduceLROnPlateau .*cannot be combined/,
    ],
    [
      { type: 'SequentialLR', schedulers: ['LinearLR', 'SequentialLR'], milestones: [3] },
      /schedulers\[1\]: unknown scheduler "SequentialLR"/,
    ],
    [7, /scheduler: must be a class name/],
  ])('is rejected as %j', async (scheduler, message) => {
    const found = await problems({ scheduler });
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(message);
  });

  it('cannot change the momentum of an optimizer that has none', async () => {
    const scheduler = { type: 'OneCycleLR', max_lr: 1 };
    expect(await problems({ optimizer: 'Adagrad', scheduler })).toEqual([
      'training.scheduler.cycle_momentum: Adagrad has no momentum to cycle: set "cycle_momentum": false',
    ]);
    const still = { ...scheduler, cycle_momentum: false };
    expect(await problems({ optimizer: 'Adagrad', scheduler: still })).toEqual([]);
    for (const optimizer of ['SGD', 'Adam', 'AdamW', 'RMSprop']) {
      expect(await problems({ optimizer, scheduler })).toEqual([]);
      expect(render({ optimizer, scheduler }).optimizer).toEqual(render({ optimizer }).optimizer);
    }
  });
});

describe('early stopping', () => {
  it('monitors the loss, on held-out samples if there are any', () => {
    const filled = { patience: 5, min_delta: 0, mode: 'min', restore_best: true };
    expect(render({ early_stopping: {} }).early_stopping).toEqual({ monitor: 'train_loss', ...filled });
    expect(render({ early_stopping: {}, validation_split: 0.2 }).early_stopping).toEqual({
      monitor: 'val_loss',
      ...filled,
    });
  });

  it('knows which metrics are better when higher', () => {
    const mode = (monitor: string) => render({ early_stopping: { monitor } }).early_stopping!.mode;
    expect(mode('train_accuracy')).toBe('max');
    const perplexity = { early_stopping: { monitor: 'train_perplexity' }, metrics: ['perplexity'] };
    expect(render(perplexity).early_stopping!.mode).toBe('min');
  });

  it.each<[object, RegExp]>([
    [{ monitor: 'val_loss' }, /early_stopping\.monitor: .*nothing is held out/],
    [{ monitor: 'train_f1' }, /the job does not measure "train_f1"/],
    [{ monitor: 'train_confusion_matrix' }, /does not measure/],
    [{ patience: 0 }, /early_stopping\.patience: must be at least 1/],
    [{ patiense: 3 }, /early_stopping\.patiense: unknown key .*"patience"/],
    [{ min_delta: -1 }, /early_stopping\.min_delta/],
  ])('is rejected as %j', async (early_stopping, message) => {
    const metrics = ['accuracy', 'confusion_matrix'];
    expect((await problems({ early_stopping, metrics })).join('\n')).toMatch(message);
  });
});

describe('metrics', () => {
  it('default to accuracy for a classification, and to none for a regression', () => {
    expect(render({}).metrics).toEqual(['accuracy']);
    expect(render({ loss: 'BCEWithLogitsLoss' }).metrics).toEqual(['accuracy']);
    expect(render({ loss: 'MSELoss' }).metrics).toEqual([]);
  });

  it('are deduplicated, and top_k means top_5', () => {
    expect(render({ metrics: ['f1', 'top_k', 'f1', 'top_5'] }).metrics).toEqual(['f1', 'top_5']);
  });

  it.each<[string, boolean, RegExp]>([
    ['acuracy', false, /metrics\[0\]: unknown metric "acuracy"; did you mean "accuracy"\?/],
    ['mae', false, /mae does not apply to the outputs of CrossEntropyLoss/],
    ['f1', true, /f1 does not apply to the outputs of MSELoss/],
    ['top_2', false, /metrics\[0\]: top_2 is always 1 with 2 classes/],
  ])('reject %s', async (metric, numbers, message) => {
    expect((await problems({ metrics: [metric] }, numbers)).join('\n')).toMatch(message);
  });

  it('each suit some job, and have a one-line description', async () => {
    for (const { name, help, tasks } of metrics.values()) {
      expect(tasks.length).toBeGreaterThan(0);
      expect(help).toMatch(/^[A-Z][^\n]{10,}$/);
      if (name !== 'top_5')
        expect(await problems({ metrics: [name] }, tasks.includes('numbers'))).toEqual([]);
    }
  });
});

it.each<[object, RegExp]>([
  [{ accumulate_steps: 0 }, /accumulate_steps: must be at least 1/],
  [{ clip_grad_norm: 0 }, /clip_grad_norm/],
  [{ clip_grad_value: -1 }, /clip_grad_value/],
  [{ max_seconds: 0 }, /max_seconds/],
  [
    { checkpoint: { every: 3 } },
    /checkpoint\.every: unknown key "every"; known: every_epochs, every_seconds, keep_last, keep_best/,
  ],
  [{ precision: 'float16' }, /precision/],
])('rejects %j', async (training, message) => {
  expect((await problems(training)).join('\n')).toMatch(message);
});

it('with gradient accumulation the job counts updates, not batches', async () => {
  const { inputs, targets } = points(50);
  const { table } = readInline({ inputs, targets });
  const { job } = await validateJob(
    {
      model: { input: { shape: [2] }, layers: [{ type: 'Linear', out_features: 2 }] },
      dataset: 'ds_1',
      training: { loss: 'CrossEntropyLoss', batch_size: 8, accumulate_steps: 3, epochs: 4 },
    },
    async () => table.info,
  );
  // 7 batches per epoch: 3, 3 and 1.
  expect(job!.totalSteps).toBe(4 * 3);
});
