// Whether model, training and dataset, each valid by itself, fit together.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { RenderedPreprocess, RenderedTraining } from '#contracts/training/training.ts';
import { sameButOnes } from '#engine/shape.ts';
import { addedTo, checkSame, type Held, type JobInfo, joinInfos } from '../data/rows/join.ts';
import type { RefuseFit } from '../losses/loss.ts';
import { refuseAt } from '../model/component.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../model/recipe.ts';
import { formatShape } from '../model/shape.ts';
import { inputHint, outputHint } from '../model/shape-hints.ts';
import { passOver, updatesOf } from '../run/pass.ts';
import type { AskedSeries } from '../series/asked.ts';
import { PARTS, partsOf } from './held-out.ts';
import { heldRows } from './held-rows.ts';
import { mib, splitSizes, totalOf } from './plan.ts';

/** An estimate more than this many times the limit is refused without a real plan. */
const BEYOND_DOUBT = 8;

export interface Pieces {
  readonly model: Model | null;
  readonly training: Recipe | null;
  readonly info: DatasetInfo | null;
  /** Null if refused; decides how a table of bytes is stored. */
  readonly preprocess?: RenderedPreprocess | null;
  /** Set if the samples are windows of a series. */
  readonly series?: AskedSeries | null;
  /** Datasets held out as a whole. */
  readonly held?: Held<DatasetInfo>;
}

/** Checks the pieces that are present: a null piece has been refused already. */
export function checkFit({ model, training, info: own, preprocess = null, held = {} }: Pieces): Detail[] {
  const details: Detail[] = [];
  if (model !== null && own !== null) details.push(...checkInput(model, own));
  if (model !== null && own !== null && training !== null)
    details.push(...checkTargets(model, own, training));
  for (const part of PARTS) {
    const other = held[part];
    if (other === undefined || own === null) continue;
    const param = `training.${part}.dataset`;
    const differences = [...checkSame(own, other, param, (column) => takesUnknown(preprocess, column))];
    details.push(...differences);
    if (differences.length > 0 || model === null || training === null) continue;
    // With named columns, the network sees the same inputs as from the job's own dataset.
    const { input_shape, features } = own;
    const seen = own.columns === undefined ? other : { ...other, input_shape, features };
    details.push(...checkInput(model, seen, param), ...checkTargets(model, other, training, param));
  }
  const info = own && joinInfos(own, held);
  if (model !== null && training !== null && model.parameters === 0) {
    const message = 'none of the layers has parameters, so there is nothing to train';
    details.push({ param: 'model.layers', code: 'no_parameters', message });
  }
  if (model !== null && training !== null) details.push(...checkMetrics(model, training));
  if (info !== null && training !== null) details.push(...checkSteps(info, training));
  if (model !== null && info !== null && training !== null)
    details.push(...checkBatches(model, info, training));
  if (details.length === 0 && model !== null && info !== null && training !== null) {
    details.push(...checkMemory(model, info, training, preprocess));
  }
  return details;
}

function takesUnknown(preprocess: RenderedPreprocess | null, column: string): boolean {
  const how = preprocess?.columns?.[column];
  return how !== undefined && 'encode' in how && (how.unknown === 'other' || how.encode === 'hash');
}

/** Optimizer steps of the whole job. */
export function stepsOf(training: RenderedTraining, info: JobInfo): number {
  const { train } = splitSizes(info, training);
  const pass = passOver(train, training.batch_size, training.drop_last);
  return training.epochs * updatesOf(pass, training.accumulate_steps);
}

/** For the whole job: a backward pass costs about two forward passes, and every epoch evaluates the validation samples. */
export function flopsOf({ layers }: Model, training: RenderedTraining, info: JobInfo): number {
  const forward = layers.reduce((sum, layer) => sum + layer.flops, 0);
  const { train, validation, test } = splitSizes(info, training);
  return forward * (training.epochs * (3 * train + validation) + test);
}

function* checkMetrics(model: Model, { metrics, loss }: Recipe): Generator<Detail> {
  for (const [i, { name, unfit }] of metrics.entries()) {
    const why = unfit?.(model.output, loss.definition) ?? null;
    if (why === null) continue;
    yield { param: `training.metrics[${i}]`, code: 'does_not_fit', message: `${name} ${why}` };
  }
}

function* checkInput(model: Model, info: DatasetInfo, param = 'dataset'): Generator<Detail> {
  const { min, max, integral } = info.input_range;
  const limit = model.vocabulary ?? Number.POSITIVE_INFINITY;
  if (model.inputType === 'int32' && (!integral || max >= limit)) {
    const found = integral
      ? `there is a ${max}`
      : `the dataset's values are ${min} … ${max}, not all whole and ≥ 0`;
    const message = `token ids must be whole numbers from 0 to ${limit - 1}; ${found}`;
    yield { param, code: 'out_of_range', message };
  }
  if (sameButOnes(model.input, info.input_shape)) return;
  const features = info.features === null ? '' : ` (${info.features.length} feature columns)`;
  const arriving = `${formatShape(info.input_shape)}${features}`;
  const hint = inputHint(model.input, info.input_shape);
  const message = `${formatShape(model.input)} given, but the dataset's samples are ${arriving}${hint}`;
  yield { param: 'model.input.shape', code: 'does_not_fit', message };
}

function checkTargets(model: Model, info: DatasetInfo, { loss }: Recipe, param = 'dataset'): Detail[] {
  const details: Detail[] = [];
  const refuse: RefuseFit = (about, message, row) => {
    if (about === 'loss') {
      // For a held-out dataset it would repeat what the job's own dataset already got.
      if (param !== 'dataset') return;
      const hint = outputHint(model, info.target.shape);
      details.push({ param: 'training.loss', code: 'does_not_fit', message: `${message}${hint}` });
    } else if (info.source === 'inline') {
      const at = row === undefined ? '' : `[${row}]`;
      details.push({ param: `${param}.targets${at}`, code: 'out_of_range', message });
    } else if (info.source === 'text') {
      details.push({ param, code: 'out_of_range', message: `${message} (tokens of the text)` });
    } else if (info.source === 'npy') {
      const where = row === undefined ? 'targets' : `targets[${row}]`;
      details.push({ param, code: 'out_of_range', message: `${message} (${where})` });
    } else {
      const where = `column "${info.target.name}"${row === undefined ? '' : `, row ${row}`}`;
      details.push({ param, code: 'out_of_range', message: `${message} (${where})` });
    }
  };
  loss.definition.fits(model.output, info.target, refuse, loss.args);
  return details;
}

function checkSteps(info: JobInfo, { rendered: training, schedule }: Recipe): Detail[] {
  const details: Detail[] = [];
  const { batch_size, drop_last } = training;
  const sizes = splitSizes(info, training);
  const { train } = sizes;
  for (const part of PARTS) {
    const held = partsOf(training)[part];
    if (held !== null && 'folds' in held && addedTo(info).own < held.folds) {
      const message = `${addedTo(info).own} samples cannot be split into ${held.folds} folds`;
      details.push({ param: `training.${part}.folds`, code: 'too_big', message });
    }
    if (held === null || !('fraction' in held) || sizes[part] > 0) continue;
    const short = part === 'validation' && training.validation === null;
    const param = short ? 'training.validation_split' : `training.${part}.fraction`;
    const message = `${held.fraction} of ${addedTo(info).own} samples holds out none`;
    details.push({ param, code: 'too_small', message });
  }
  if (train <= 0) {
    const message = `${sizes.validation} samples for validation and ${sizes.test} for the test leave none for training`;
    details.push({ param: 'training', code: 'too_small', message });
    return details;
  }
  const { steps } = passOver(train, batch_size, drop_last);
  if (steps === 0) {
    const message = `the ${train} training samples make up a single batch smaller than ${batch_size}, which drop_last drops`;
    details.push({ param: 'training.drop_last', code: 'does_not_fit', message });
  }
  if (training.epochs * steps > LIMITS.steps) {
    const message = `${training.epochs} epochs of ${steps} steps exceed ${LIMITS.steps} steps, the limit of one job`;
    details.push({ param: 'training.epochs', code: 'too_big', message });
  }
  if (schedule !== null) {
    const count = schedule.interval === 'epoch' ? training.epochs : stepsOf(training, info);
    schedule.definition.fits?.(schedule.args, count, refuseAt(details, 'training.scheduler'));
  }
  return details;
}

/** Batch statistics need more than one number. */
function* checkBatches(model: Model, info: JobInfo, { rendered }: Recipe): Generator<Detail> {
  const { train } = splitSizes(info, rendered);
  const { whole, batch, tail } = passOver(train, rendered.batch_size, rendered.drop_last);
  const smallest = tail > 0 ? tail : whole > 0 ? batch : Number.POSITIVE_INFINITY;
  for (const [i, { layer, args, input }] of model.layers.entries()) {
    const least = layer.leastBatch?.(args, input) ?? 1;
    if (smallest >= least) continue;
    const which = tail > 0 ? `the last batch of ${train} training samples` : 'a batch';
    const message = `layers[${i}] (${layer.type}): needs ${least} samples in every batch, ${which} has ${smallest}; another batch_size${tail > 0 ? ', or drop_last: true,' : ''} helps`;
    yield { param: 'training.batch_size', code: 'does_not_fit', message };
    return;
  }
}

function* checkMemory(
  model: Model,
  info: DatasetInfo,
  recipe: Recipe,
  preprocess: RenderedPreprocess | null,
): Generator<Detail> {
  const { estimate: bytes } = heldRows(model, info, recipe, preprocess, LIMITS.trainerDataBytes);
  const total = totalOf(bytes);
  // Near the limit the program's real plan decides: see memory.ts.
  if (total <= BEYOND_DOUBT * LIMITS.arenaBytes) return;
  const shown = Object.entries(bytes).map(([what, size]) => `${what} ${mib(size)}`);
  const message = `the job needs about ${mib(total)} (${shown.join(', ')}), the limit is ${mib(LIMITS.arenaBytes)}`;
  const param = bytes.activations > bytes.dataset ? 'training.batch_size' : 'dataset';
  yield { param, code: 'too_big', message };
}
