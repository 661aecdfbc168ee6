// A trained model evaluated on a dataset, against the worked examples in scikit-learn's documentation and against the job's own
// measurements.

import { describe, expect, it } from 'vitest';
import { readCsv } from '#training/data/formats/csv.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { Confusion } from '#training/evaluate/class-figures.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { rankingOf } from '#training/evaluate/ranking.ts';
import { loadPredictor } from '#training/predict.ts';
import { fit as train } from '#training/run/fit.ts';
import { points, smallJob, watching } from './job.ts';

const ranked = (scores: number[], positive: number[]) =>
  rankingOf(Float64Array.from(scores), Uint8Array.from(positive));
const confusionOf = (classes: number, wanted: number[], said: number[]) => {
  const confusion = new Confusion(classes, 10);
  for (const [i, target] of wanted.entries()) confusion.add(target, said[i]!);
  return confusion;
};

describe('metrics', () => {
  it('match roc_auc_score and average_precision_score', () => {
    const { rocAuc, averagePrecision } = ranked([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]);
    expect(rocAuc).toBe(0.75);
    expect(averagePrecision).toBeCloseTo(0.8333333, 7);
  });

  it('use one threshold for samples with equal scores', () => {
    expect(ranked([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0])).toEqual({ rocAuc: 0.5, averagePrecision: 0.5 });
    // The top score is a positive; the tie has one positive and one negative: AUC = (1·½ + 1·1) / 2 pairs, AP = ½·1 + ½·⅔.
    const { rocAuc, averagePrecision } = ranked([2, 1, 1], [1, 1, 0]);
    expect(rocAuc).toBe(0.75);
    expect(averagePrecision).toBeCloseTo(1 / 2 + 1 / 3, 12);
  });

  it('are undefined if only one class occurs', () => {
    expect(ranked([1, 2], [0, 0])).toEqual({ rocAuc: null, averagePrecision: null });
    expect(ranked([1, 2], [1, 1])).toEqual({ rocAuc: null, averagePrecision: 1 });
  });

  it('match confusion_matrix and classification_report', () => {
    expect(confusionOf(3, [2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]).matrix).toEqual([
      [2, 0, 0],
      [0, 0, 1],
      [1, 0, 2],
    ]);
    expect(confusionOf(3, [0, 1, 2, 2, 2], [0, 0, 2, 2, 1]).figures(['a', 'b', 'c'])).toEqual([
      { class: 0, label: 'a', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { class: 1, label: 'b', precision: 0, recall: 0, f1: 0, support: 1 },
      { class: 2, label: 'c', precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
    ]);
  });
});

const trained = async (over: Parameters<typeof smallJob>[0], data?: Parameters<typeof smallJob>[1]) => {
  const { spec, table } = await smallJob(over, data);
  const hooks = watching();
  const { model } = await train(spec, table, hooks);
  return { predictor: await loadPredictor(model), table, last: hooks.reports.at(-1)!.values };
};
// With lr 0 the weights never change, so evaluating the whole table gives the values of the epoch.
const still = { optimizer: { type: 'SGD', lr: 0 }, validation_split: 0, epochs: 1 };

describe('evaluating a model on a dataset', () => {
  it('gives the loss and metrics that its job measured on it', async () => {
    const metrics = ['accuracy', 'f1', 'perplexity'];
    const { predictor, table, last } = await trained({ training: { ...still, metrics } });
    const figures = await evaluateModel(predictor, table);
    for (const name of ['loss', ...metrics]) {
      expect(figures.metrics[name]).toBeCloseTo(last[`train_${name}`]!, 5);
    }
    const { confusion_matrix: matrix, classes, metrics: found } = figures;
    expect(matrix!.flat().reduce((sum, count) => sum + count, 0)).toBe(50);
    expect((matrix![0]![0]! + matrix![1]![1]!) / 50).toBeCloseTo(found.accuracy!, 6);
    expect(classes!.map(({ f1 }) => f1).reduce((sum, f1) => sum + f1 / 2, 0)).toBeCloseTo(found.f1!, 6);
    expect(figures.roc_auc).toBeGreaterThan(0);
    expect(figures).toMatchObject({ samples: 50, positive: 1, nonfinite: {} });
  });

  it('reports regression metrics in the units of the target, and the loss on the training scale', async () => {
    const data = points(40);
    const prices = { ...data, targets: data.inputs.map(([x, y]) => 250_000 + 10_000 * (x! + y!)) };
    const model = { layers: [{ type: 'Linear', out_features: 1 }] };
    const metrics = ['mae', 'rmse', 'r2'];
    const training = { ...still, loss: 'MSELoss', metrics };
    const { predictor, table, last } = await trained({ model, training }, prices);
    const figures = await evaluateModel(predictor, table);
    for (const name of ['loss', ...metrics]) {
      const value = last[`train_${name}`]!;
      expect(figures.metrics[name]! / value).toBeCloseTo(1, 4);
    }
    expect(figures).toMatchObject({ confusion_matrix: null, classes: null, roc_auc: null });
  });

  it('matches columns by name and classes by label', async () => {
    const csv = (text: string) =>
      readCsv(
        (async function* () {
          yield Buffer.from(text);
        })(),
        { target: 'z' },
      );
    const { table } = await csv('x,y,z\n0,5,no\n1,3,yes\n0,4,no\n1,9,yes\n');
    const other = await csv('y,w,z,x\n3,0,yes,1\n5,0,no,0\n7,0,yes,1\n');
    const { spec } = await smallJob({
      training: { ...still, epochs: 60, optimizer: { type: 'Adam', lr: 0.1 } },
    });
    const model = (
      await train(
        { ...spec, model: { ...spec.model, input: { shape: [2], dtype: 'float32' } } },
        table,
        watching(),
      )
    ).model;
    const predictor = await loadPredictor(model);
    const figures = await evaluateModel(predictor, other.table);
    expect(figures.metrics.accuracy).toBe(1);
    expect(figures.positive).toBe('yes');
    expect(figures.classes!.map(({ label, support }) => [label, support])).toEqual([
      ['no', 1],
      ['yes', 2],
    ]);
    const strange = await csv('y,z\n1,maybe\n2,no\n');
    await expect(evaluateModel(predictor, strange.table)).rejects.toThrow(/takes a column "x"/);
    const unknown = await csv('x,y,z\n1,1,maybe\n2,1,no\n');
    await expect(evaluateModel(predictor, unknown.table)).rejects.toThrow(
      /does not know the classes "maybe"/,
    );
  });

  it('rejects a dataset with other sample shapes or classes', async () => {
    const { predictor } = await trained({ training: still });
    const { table } = readInline({ inputs: [[1, 2, 3]], targets: [0] });
    await expect(evaluateModel(predictor, table)).rejects.toThrow(
      /takes \[2\], but the dataset's samples are \[3\]/,
    );
    const { table: classes } = readInline({ inputs: [[1, 2]], targets: [7] });
    await expect(evaluateModel(predictor, classes)).rejects.toThrow(/there is a target 7/);
  });
});
