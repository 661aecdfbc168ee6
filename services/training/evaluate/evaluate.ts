// Evaluates a trained model on a dataset, with every metric that suits its loss.

import { setImmediate as turn } from 'node:timers/promises';
import { type Detail, problemOf } from '#contracts/errors.ts';
import type { Evaluation } from '#contracts/jobs/evaluation.ts';
import { LIMITS } from '#contracts/limits.ts';
import { splitNonFinite } from '#contracts/numbers.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { defaultBackend } from '../backend.ts';
import { allInMemory, type TableRows, tableInMemory } from '../data/rows/job-table.ts';
import { rowsBetween } from '../data/rows/rows.ts';
import type { StoredTable } from '../data/table.ts';
import { scaledBlocks, scaleTargets, unitsOf } from '../data/target-scale.ts';
import { centerOf } from '../job/compile.ts';
import { hasShares } from '../losses/loss.ts';
import { metrics as registry } from '../metrics/index.ts';
import { sizeOf } from '../model/shape.ts';
import type { Predictor } from '../predict.ts';
import { Confusion } from './class-figures.ts';
import { rankingOf } from './ranking.ts';
import { openScoring } from './scoring.ts';
import { fittingWindows } from './series.ts';
import { fittingTable } from './table.ts';

/** Limits of a block: numbers in its outputs, and rows. */
const BLOCK_NUMBERS = 2 ** 18;
const BLOCK_ROWS = 1_024;

export type Figures = Omit<Evaluation, 'object' | 'job_id' | 'dataset'>;

/** @throws Problem if the dataset does not fit the model */
export async function evaluateModel(
  predictor: Predictor,
  given: StoredTable | TableRows,
  backend: Backend = defaultBackend,
): Promise<Figures> {
  const { model, labels, loss, scale, wanted } = predictor;
  const { definition, args } = loss;
  const table = ArrayBuffer.isView(given.inputs) ? tableInMemory(given as StoredTable) : (given as TableRows);
  const { info, inputs, targets } =
    predictor.forecaster === null
      ? fittingTable(table, wanted, labels)
      : fittingWindows(allInMemory(table), predictor.forecaster.card);
  const details: Detail[] = [];
  definition.fits(
    model.output,
    info.target,
    (_, message) => void details.push({ param: 'dataset', code: 'does_not_fit', message }),
    args,
  );
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const target = info.target.shape;
  const metrics = [...registry.values()].filter(
    ({ name, tasks, unfit }) =>
      name !== 'confusion_matrix' &&
      tasks.includes(definition.task) &&
      (unfit?.(model.output, definition) ?? null) === null,
  );
  const [width, targetWidth] = [sizeOf(model.output), sizeOf(target)];
  const block = Math.min(info.samples, Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_NUMBERS / width))));
  const unit = scale === null ? null : unitsOf(scale, info.target);
  const scored = {
    loss,
    metrics,
    output: model.output,
    target,
    center: centerOf(scaledBlocks(targets, scale), targetWidth),
    unit,
  };
  const scoring = await openScoring(scored, info.samples, block, backend);
  const answers = new Answers(predictor, target, info.samples);
  try {
    for (let from = 0; from < info.samples; from += block) {
      const to = Math.min(info.samples, from + block);
      const outputs = await predictor.raw(inputs(from, to));
      const raw = rowsBetween(targets, from, to);
      const wantedHere = scale === null ? raw : scaleTargets(scale, raw);
      await scoring.add(outputs, wantedHere);
      answers.add(outputs, wantedHere);
      await turn();
    }
    return { samples: info.samples, ...splitNonFinite(scoring.values()), ...answers.figures(labels) };
  } finally {
    scoring.dispose();
  }
}

/** The predicted classes, for losses that have classes. */
class Answers {
  readonly #predictor: Predictor;
  readonly #shares: boolean;
  readonly #confusion: Confusion | null;
  /** Score of the second class per sample, if there are two classes and one prediction per sample. */
  readonly #scores: Float64Array | null;
  readonly #positive: Uint8Array;
  #count = 0;

  constructor(predictor: Predictor, target: readonly number[], samples: number) {
    this.#predictor = predictor;
    const { model, loss } = predictor;
    const { task } = loss.definition;
    const single = task === 'binary' && sizeOf(model.output) === 1;
    const classes = task === 'classes' ? model.output[0]! : single ? 2 : 0;
    this.#shares = hasShares(loss.definition, model.output, target);
    this.#confusion = classes === 0 ? null : new Confusion(classes, LIMITS.confusionClasses);
    const ranks = classes === 2 && sizeOf(model.output) <= 2;
    this.#scores = ranks ? new Float64Array(samples) : null;
    this.#positive = new Uint8Array(ranks ? samples : 0);
  }

  /** [rows, …output] and [rows, …target] */
  add(outputs: Float32Array, targets: ArrayLike<number>): void {
    if (this.#confusion === null) return;
    const { model, loss } = this.#predictor;
    if (loss.definition.task === 'binary') {
      const half = loss.definition.gives === 'probabilities' ? 0.5 : 0;
      for (const [i, output] of outputs.entries()) {
        this.#answer(Number(targets[i]! > 0.5), Number(output > half), output);
      }
      return;
    }
    const [classes, positions] = [model.output[0]!, sizeOf(model.output.slice(1))];
    const ignored = loss.args.ignore_index as number;
    for (let row = 0; row * classes * positions < outputs.length; row++) {
      for (let position = 0; position < positions; position++) {
        const at = row * classes * positions + position;
        const said = largest(outputs, at, classes, positions);
        const target = this.#shares
          ? largest(targets, at, classes, positions)
          : targets[row * positions + position]!;
        if (!this.#shares && target === ignored) continue;
        this.#answer(target, said, (outputs[at + positions] ?? 0) - outputs[at]!);
      }
    }
  }

  #answer(wanted: number, said: number, score: number): void {
    this.#confusion!.add(wanted, said);
    if (this.#scores === null) return;
    this.#scores[this.#count] = score;
    this.#positive[this.#count++] = wanted;
  }

  figures(labels: readonly string[] | null) {
    const scores = this.#scores?.subarray(0, this.#count);
    const ranking = scores?.every(Number.isFinite)
      ? rankingOf(scores, this.#positive.subarray(0, this.#count))
      : null;
    return {
      confusion_matrix: this.#confusion?.matrix ?? null,
      classes: this.#confusion?.figures(labels) ?? null,
      positive: this.#scores === null ? null : (labels?.[1] ?? 1),
      roc_auc: ranking?.rocAuc ?? null,
      average_precision: ranking?.averagePrecision ?? null,
    };
  }
}

/** Index of the largest of `classes` values that lie `stride` apart; the first one on a tie. */
function largest(values: ArrayLike<number>, at: number, classes: number, stride: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) if (values[at + k * stride]! > values[at + best * stride]!) best = k;
  return best;
}
