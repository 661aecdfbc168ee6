// From a job and its dataset to something that can take steps: rows split, inputs transformed, the program compiled,
// the data written into it.

import { createHash } from 'node:crypto';
import { Problem, problemOf } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/job-api.ts';
import { preprocessOf, type RenderedPreprocess } from '#contracts/training.ts';
import type { Backend, Executable } from '#engine/backends/backend.ts';
import type { Program } from '#engine/program.ts';
import type { ModelCard } from './artifact.ts';
import { targetsOf, withClassWeights } from './class-balance.ts';
import { type Planned, plannedInputs } from './data/encoders/inputs.ts';
import { asEncoded, fitPlan, planOf } from './data/encoders/plan.ts';
import type { JobInfo } from './data/join.ts';
import type { TableNumbers } from './data/numbers.ts';
import { fitSeen } from './data/seen.ts';
import { type Split, splitRows } from './data/split.ts';
import type { StoredTable } from './data/table.ts';
import { fitTargetScale, scaleTargets, type TargetScale, unitSize, unitsOf } from './data/target-scale.ts';
import { fitTransform, rawWidthOf, type Transform } from './data/transform.ts';
import { checkFit } from './fits.ts';
import { bytesOf, writeInputs } from './inputs.ts';
import { targetTypeOf } from './losses/loss.ts';
import { type Model, readModel } from './model.ts';
import { layoutOf, type NetworkLayout } from './network.ts';
import { writeLoss } from './objective.ts';
import { type Pass, passOver } from './pass.ts';
import { splitSizes } from './plan.ts';
import { type Recipe, readRecipe } from './recipe.ts';
import { windowsOfJob } from './series/materialise.ts';
import { sizeOf } from './shape.ts';
import { CENTER, trainingProgram, UNIT } from './step.ts';
import { type TokenTable, windowTable } from './text/window-table.ts';

export interface CompiledJob {
  readonly spec: JobSpec;
  readonly model: Model;
  readonly recipe: Recipe;
  readonly layout: NetworkLayout;
  readonly split: Split;
  readonly transform: Transform;
  /** On what scale training sees the targets; null where that is their own. */
  readonly targetScale: TargetScale | null;
  /** What makes a trained model of the weights. */
  readonly card: ModelCard;
  readonly train: Pass;
  readonly validation: Pass;
  readonly test: Pass;
  readonly executable: Executable;
  /** How many numbers each record of a batch has, by name. */
  readonly recordSizes: ReadonlyMap<string, number>;
  /** What changes from step to step, by name. */
  readonly scalars: readonly string[];
  /** The most steps of one run. */
  readonly maxSteps: number;
  readonly fingerprint: string;
}

/** The table as the network's inputs are made of it: a text or a series in windows. */
export function preparedTable(spec: JobSpec, table: StoredTable): StoredTable | TokenTable {
  return table.info.text === undefined ? windowsOfJob(spec, table) : windowTable(spec, table);
}

/** @throws Problem where the job does not fit its dataset: it was checked when it came, but not by this code then. */
export async function compileJob(spec: JobSpec, given: StoredTable, backend: Backend): Promise<CompiledJob> {
  const table = preparedTable(spec, given);
  const { train, validation, test, layout, program, ...read } = programOf(spec, table.info);
  const { model } = read;
  const split = splitRows(table, spec.training, spec.seed);
  const preprocess = preprocessNow(spec, table.info);
  const width = sizeOf(model.input);
  const plan = planOf(table.info, preprocess);
  const transform: Transform =
    plan === null
      ? fitTransform(preprocess.inputs, table.inputs, width, split.train)
      : { kind: 'columns', encoders: fitPlan(plan, table.inputs, split.train) };
  const { shape } = table.info.target;
  const own = targetsOf(table.targets, sizeOf(shape), split.train);
  const recipe = withClassWeights(read.recipe, model.output[0] ?? 1, own);
  const targetScale =
    preprocess.target === 'standardize'
      ? (seriesOf(table)?.scale ?? fitTargetScale(table.targets, shape, split.train))
      : null;
  // Of the graph as it was built: compiling adds to it.
  const fingerprint = fingerprintOf(backend, program);
  const executable = await backend.compile(program);
  const asBytes = program.data.some(({ name, bytes }) => name === 'inputs' && bytes !== undefined);
  writeInputs(executable, model, transform, table.inputs, asBytes);
  const targets = targetScale === null ? table.targets : scaleTargets(targetScale, table.targets);
  const targetType = targetTypeOf(recipe.loss.definition, model.output, table.info.target.shape);
  const ofType = targetType === 'i32' ? Int32Array : Float32Array;
  executable.write('targets', ofType.from(targets));
  writeLoss(executable, recipe.loss);
  const has = (state: string) => program.states.some(({ name }) => name === state);
  if (has(CENTER)) executable.write(CENTER, centerOf(targets, sizeOf(shape)));
  if (has(UNIT)) executable.write(UNIT, unitsOf(targetScale!, table.info.target));
  const { scalars, maxSteps } = program;
  const [entry] = program.entries;
  return {
    spec,
    model,
    recipe,
    layout,
    split,
    transform,
    targetScale,
    card: cardOf(table, model, recipe, { transform, targetScale, rows: split.train, plan }),
    train,
    validation,
    test,
    executable,
    recordSizes: new Map([...entry!.records].map(([name, { shape }]) => [name, sizeOf(shape)])),
    scalars,
    maxSteps,
    fingerprint,
  };
}

function cardOf(
  table: StoredTable | TokenTable,
  model: Model,
  recipe: Recipe,
  fitted: {
    transform: Transform;
    targetScale: TargetScale | null;
    rows: Int32Array;
    plan: readonly Planned[] | null;
  },
): ModelCard {
  const { inputs, info } = table;
  const series = seriesOf(table);
  const { name, labels } = info.target;
  const { plan, transform } = fitted;
  const scale = fitted.targetScale === null ? {} : { scale: fitted.targetScale };
  return {
    version: 1,
    model: model.rendered,
    // With the weights that were fitted.
    loss: {
      ...recipe.rendered.loss,
      ...(recipe.loss.args.weight != null && { weight: recipe.loss.args.weight }),
    },
    transform: fitted.transform,
    features: plan?.flatMap(plannedInputs) ?? info.features,
    ...(plan && { columns: info.columns ?? plan.map(({ column }) => column) }),
    ...('tokenizer' in table && { text: { tokenizer: table.tokenizer, context: sizeOf(model.input) } }),
    ...(series !== undefined
      ? { series: series.card }
      : { seen: fitSeen(inputs, rawWidthOf(transform, sizeOf(model.input)), fitted.rows, info.features) }),
    target: { name, labels, ...scale },
  };
}

/** The job's training program, and what it is made from; nothing is compiled or allocated. @throws Problem as compileJob does */
export function programOf(spec: Omit<JobSpec, 'dataset'>, given: JobInfo) {
  const preprocess = preprocessNow(spec, given);
  const info = asEncoded(given, preprocess);
  const { model, recipe } = readSpec(spec, info);
  const { training, seed } = spec;
  const { samples } = info;
  const sizes = splitSizes(info, training);
  const train = passOver(sizes.train, training.batch_size, training.drop_last);
  const validation = passOver(sizes.validation, training.batch_size, false);
  const test = passOver(sizes.test, training.batch_size, false);
  const layout = layoutOf(model);
  const units = preprocess.target === 'standardize' ? unitSize(info.target) : null;
  const bytes = bytesOf(info, preprocess.inputs);
  const shape = { rows: samples, bytes, target: info.target.shape, units, train, validation, test, seed };
  const program = trainingProgram(model, layout, withClassWeights(recipe, model.output[0] ?? 1), shape);
  return { model, recipe, train, validation, test, layout, program };
}

const seriesOf = (table: StoredTable | TokenTable) => ('series' in table ? table.series : undefined);

/** What is still to be done to the inputs: those of windows are as the network sees them, and so are targets that each series scales by itself. */
function preprocessNow(spec: Pick<JobSpec, 'preprocess'>, { windows }: JobInfo): RenderedPreprocess {
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

/** The mean of the targets, for each number of one. */
export function centerOf(targets: TableNumbers, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (const [i, value] of targets.entries()) sums[i % width]! += value;
  return Float32Array.from(sums, (sum) => sum / (targets.length / width));
}

/** Equal where the same device kind runs the same program: then equal seeds and data give equal bits. */
export function fingerprintOf(backend: Backend, program: Program): string {
  const hash = createHash('sha256').update(backend.fingerprint);
  for (const { name, batch, graph, assigns, records } of program.entries) {
    const tensors = graph.tensors.map(({ op, inputs, attrs }) => [
      op.name,
      inputs.map(({ id }) => id),
      attrs,
    ]);
    const results = [...assigns, ...records].map(([slot, { id }]) => [slot, id]);
    hash.update(JSON.stringify([name, batch, tensors, results], distinct));
  }
  return `${backend.name}-${hash.digest('hex').slice(0, 24)}`;
}

/** JSON would write NaN and both infinities as null, and −0 as 0. */
function distinct(_: string, value: unknown): unknown {
  const isPlain = typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));
  return isPlain ? value : Object.is(value, -0) ? '-0' : String(value);
}
