// From a job and its dataset to something that can take steps: splits the rows, transforms the inputs, compiles the program and writes the
// data into it.

import { ImageForm } from '#contracts/datasets/image-data.ts';
import { Problem, problemOf } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf, type RenderedPreprocess } from '#contracts/training/training.ts';
import type { Backend, Executable } from '#engine/backends/backend.ts';
import type { Program } from '#engine/program.ts';
import { augmentOf } from '../augment/augmenter.ts';
import { fitSeen } from '../data/columns/seen.ts';
import { type Planned, plannedInputs } from '../data/encoders/inputs.ts';
import { asEncoded, fitPlan, planOf } from '../data/encoders/plan.ts';
import type { TableNumbers } from '../data/numbers.ts';
import { allInMemory, type JobTable, tableInMemory } from '../data/rows/job-table.ts';
import type { JobInfo } from '../data/rows/join.ts';
import type { RowForm } from '../data/rows/row-form.ts';
import { type Split, splitRows } from '../data/rows/split.ts';
import type { StoredTable } from '../data/table.ts';
import { fitTargetScale, scaledBlocks, type TargetScale, unitSize, unitsOf } from '../data/target-scale.ts';
import { fitTransform, type Transform } from '../data/transform.ts';
import type { Feed } from '../feed/feed.ts';
import { residentFeed } from '../feed/resident.ts';
import { windowFeed } from '../feed/window.ts';
import { fitNormalize } from '../images/preprocess.ts';
import { bytesOf } from '../inputs.ts';
import { type Model, readModel } from '../model/model.ts';
import { layoutOf, type NetworkLayout } from '../model/network.ts';
import { writeLoss } from '../model/objective.ts';
import { type Recipe, readRecipe } from '../model/recipe.ts';
import { sizeOf } from '../model/shape.ts';
import type { ModelCard } from '../run/artifact.ts';
import { fingerprintOf } from '../run/fingerprint.ts';
import { type Pass, passOver } from '../run/pass.ts';
import { CENTER, trainingProgram, UNIT } from '../run/step.ts';
import { windowsOfJob } from '../series/materialise.ts';
import { textColumnOf } from '../text/column-job.ts';
import { columnTable } from '../text/column-table.ts';
import { type TokenTable, windowTable } from '../text/window-table.ts';
import { targetsOf, withBalance } from './class-balance.ts';
import { checkFit } from './fits.ts';
import { heldRows } from './held-rows.ts';
import { splitSizes } from './plan.ts';

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
  /** Brings it the rows of its next steps. */
  readonly feed: Feed;
  /** How many numbers each record of a batch has, by name. */
  readonly recordSizes: ReadonlyMap<string, number>;
  /** What changes from step to step, by name. */
  readonly scalars: readonly string[];
  /** The most steps of one run. */
  readonly maxSteps: number;
  readonly fingerprint: string;
  /** Gives back the program's memory, and what feeds it. */
  close(): Promise<void>;
}

export interface CompileOptions {
  /** Bytes of data that the program may hold; of a table that is larger it holds a window. */
  readonly dataBytes?: number;
}

type PreparedTable = JobTable & Partial<Pick<TokenTable, 'card' | 'note'>> & Pick<StoredTable, 'series'>;

/** The table as the network's inputs are made of it: a text or a series in windows, which are all in memory. */
export function preparedTable(spec: JobSpec, given: StoredTable | JobTable): PreparedTable {
  const { info } = given;
  const isCut = preprocessOf(spec.preprocess).series !== undefined && info.windows === undefined;
  const isText = info.text !== undefined || textColumnOf(info) !== null;
  if (!isText && !isCut) return 'filler' in given ? given : prepared(given);
  const table = 'filler' in given ? allInMemory(given) : given;
  const tokens = columnTable(spec, table);
  if (tokens !== null) return prepared(tokens);
  return prepared(info.text === undefined ? windowsOfJob(spec, table) : windowTable(spec, table));
}

function prepared(table: StoredTable | TokenTable): PreparedTable {
  const { series } = table;
  const text = 'card' in table ? { card: table.card, note: table.note } : {};
  return { ...tableInMemory(table), ...text, ...(series && { series }) };
}

/** @throws Problem where the job does not fit its dataset: it was checked when it came, but not by this code then. */
export async function compileJob(
  spec: JobSpec,
  given: StoredTable | JobTable,
  backend: Backend,
  { dataBytes = Number.POSITIVE_INFINITY }: CompileOptions = {},
): Promise<CompiledJob> {
  const table = preparedTable(spec, given);
  const { info, inputs, targets } = table;
  const { train, validation, test, layout, program, ...read } = programOf(spec, info, dataBytes);
  const { model } = read;
  const split = splitRows(table, spec.training, spec.seed);
  const preprocess = preprocessNow(spec, info);
  const plan = planOf(info, preprocess);
  const transform: Transform =
    plan !== null
      ? { kind: 'columns', encoders: fitPlan(plan, inputs, split.train) }
      : (fitNormalize(preprocess, info, inputs, split.train) ??
        fitTransform(preprocess.inputs, inputs, split.train));
  const { shape } = info.target;
  const recipe = withBalance(read.recipe, model.output, targetsOf(targets, split.train));
  const targetScale =
    preprocess.target === 'standardize'
      ? (table.series?.scale ?? fitTargetScale(targets, shape, split.train))
      : null;
  // Of the graph as it was built: compiling adds to it.
  const fingerprint = fingerprintOf(backend, program);
  const augment = augmentOf(preprocess, info, spec.seed);
  const form = { ...formOf(program, transform, targetScale), augment };
  const card = cardOf(table, model, recipe, { transform, targetScale, rows: split.train, plan });
  const has = (state: string) => program.states.some(({ name }) => name === state);
  const center = has(CENTER) ? centerOf(scaledBlocks(targets, targetScale), sizeOf(shape)) : null;
  const executable = await backend.compile(program);
  writeLoss(executable, recipe.loss);
  if (center !== null) executable.write(CENTER, center);
  if (has(UNIT)) executable.write(UNIT, unitsOf(targetScale!, info.target));
  const feed = feedOf(executable, table, form, program.rows);
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
    card,
    train,
    validation,
    test,
    executable,
    feed,
    recordSizes: new Map([...entry!.records].map(([name, { shape }]) => [name, sizeOf(shape)])),
    scalars,
    maxSteps,
    fingerprint,
    async close() {
      executable.dispose();
      await feed.close();
    },
  };
}

function feedOf(executable: Executable, table: JobTable, form: RowForm, held: number): Feed {
  try {
    // What is made anew for each epoch is not held, however few the rows are.
    if (held < table.info.samples || form.augment !== null)
      return windowFeed(executable, table.filler(form, held), held);
    return residentFeed(executable, table, form);
  } catch (error) {
    executable.dispose();
    throw error;
  }
}

/** How rows of the table become those of the program's data. */
function formOf(
  { data }: Program,
  transform: Transform,
  scale: TargetScale | null,
): Omit<RowForm, 'augment'> {
  const slotOf = (wanted: string) => {
    const { shape, dtype, bytes } = data.find(({ name }) => name === wanted)!;
    return { width: sizeOf(shape.slice(1)), kind: dtype, isBytes: bytes !== undefined };
  };
  const [inputs, targets] = [slotOf('inputs'), slotOf('targets')];
  return {
    inputs: { transform, width: inputs.width, kind: inputs.isBytes ? 'bytes' : inputs.kind },
    targets: { scale, width: targets.width, kind: targets.kind },
  };
}

function cardOf(
  table: PreparedTable,
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
  const { name, labels, columns } = info.target;
  const { plan } = fitted;
  const scale = fitted.targetScale === null ? {} : { scale: fitted.targetScale };
  return {
    version: 1,
    model: model.rendered,
    // With the weights that were fitted.
    loss: {
      ...recipe.rendered.loss,
      ...(recipe.loss.args.weight != null && { weight: recipe.loss.args.weight }),
      ...(recipe.loss.args.pos_weight != null && { pos_weight: recipe.loss.args.pos_weight }),
    },
    transform: fitted.transform,
    features: plan?.flatMap(plannedInputs) ?? info.features,
    ...(plan && { columns: info.columns ?? plan.map(({ column }) => column) }),
    ...(info.images && { images: ImageForm.parse(info.images) }),
    ...(table.card !== undefined
      ? table.card
      : table.series !== undefined
        ? { series: table.series.card }
        : { seen: fitSeen(inputs, fitted.rows, info.features) }),
    target: { name, labels, ...(columns && table.series === undefined && { columns }), ...scale },
  };
}

/**
 * The job's training program, and what it is made from; nothing is compiled or allocated.
 * @param dataBytes that it may hold of its data
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

/** The mean of the targets, for each number of one. @param blocks whole rows each */
export function centerOf(blocks: Iterable<TableNumbers>, width: number): Float32Array {
  const sums = new Float64Array(width);
  let rows = 0;
  for (const block of blocks) {
    for (const [i, value] of block.entries()) sums[i % width]! += value;
    rows += block.length / width;
  }
  return Float32Array.from(sums, (sum) => sum / rows);
}
