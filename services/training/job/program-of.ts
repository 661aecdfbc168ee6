// A job's training program, built from its spec and the description of its data. Nothing is compiled or allocated.

import { Problem, problemOf } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf, type RenderedPreprocess } from '#contracts/training/training.ts';
import { asEncoded } from '../data/encoders/plan.ts';
import type { JobInfo } from '../data/rows/join.ts';
import { unitSize } from '../data/target-scale.ts';
import { bytesOf } from '../inputs.ts';
import { type Model, readModel } from '../model/model.ts';
import { layoutOf } from '../model/network.ts';
import { type Recipe, readRecipe } from '../model/recipe.ts';
import { passOver } from '../run/pass.ts';
import { trainingProgram } from '../run/step.ts';
import { withBalance } from './class-balance.ts';
import { checkFit } from './fits.ts';
import { heldRows } from './held-rows.ts';
import { splitSizes } from './plan.ts';

/**
 * The job's training program, and what it was built from.
 * @param dataBytes maximum bytes of data that the program holds
 * @throws Problem as compileJob does
 */
export function programOf(
  spec: Omit<JobSpec, 'dataset'>,
  given: JobInfo,
  dataBytes = Number.POSITIVE_INFINITY,
) {
  const preprocess = preprocessNow(spec, given);
  const info = asEncoded(given, preprocess);
  const { model, recipe } = readSpec(spec, info);
  const { training, seed } = spec;
  const sizes = splitSizes(info, training);
  const train = passOver(sizes.train, training.batch_size, training.drop_last);
  const validation = passOver(sizes.validation, training.batch_size, false);
  const test = passOver(sizes.test, training.batch_size, false);
  const layout = layoutOf(model);
  const units = preprocess.target === 'standardize' ? unitSize(info.target) : null;
  const bytes = bytesOf(info, preprocess);
  const { rows } = heldRows(model, info, recipe, preprocess, dataBytes);
  const shape = { rows, bytes, target: info.target.shape, units, train, validation, test, seed };
  const program = trainingProgram(model, layout, withBalance(recipe, model.output), shape);
  return { model, recipe, train, validation, test, layout, program };
}

/** The preprocessing that remains: the inputs of windows are already as the network sees them, and so are targets scaled series by series. */
export function preprocessNow(spec: Pick<JobSpec, 'preprocess'>, { windows }: JobInfo): RenderedPreprocess {
  const preprocess = preprocessOf(spec.preprocess);
  if (windows === undefined) return preprocess;
  const scaled = preprocess.series?.scale === 'series';
  return { inputs: 'none', target: scaled ? 'none' : preprocess.target };
}

/** The job's model and recipe. @throws Problem as compileJob does */
export function readSpec(spec: Omit<JobSpec, 'dataset'>, info: JobInfo): { model: Model; recipe: Recipe } {
  const model = readModel(spec.model, 'model');
  const recipe = readRecipe(spec.training);
  const preprocess = preprocessNow(spec, info);
  const pieces = { model: model.value, training: recipe.value, info, preprocess };
  const details = [...model.details, ...recipe.details, ...checkFit(pieces)];
  if (details.length > 0) throw problemOf('invalid_model', details);
  if (model.value === null || recipe.value === null)
    throw new Problem('invalid_model', 'the job cannot be built');
  return { model: model.value, recipe: recipe.value };
}
