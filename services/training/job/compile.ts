import type { JobSpec } from '#contracts/jobs/job-api.ts';
import type { Backend, Executable } from '#engine/backends/backend.ts';
import type { Program } from '#engine/program.ts';
import { augmentOf } from '../augment/augmenter.ts';
import { fitPlan, planOf } from '../data/encoders/plan.ts';
import type { TableNumbers } from '../data/numbers.ts';
import type { JobTable } from '../data/rows/job-table.ts';
import type { RowForm } from '../data/rows/row-form.ts';
import { type Split, splitRows } from '../data/rows/split.ts';
import type { StoredTable } from '../data/table.ts';
import { fitTargetScale, scaledBlocks, type TargetScale, unitsOf } from '../data/target-scale.ts';
import { fitTransform, type Transform } from '../data/transform.ts';
import type { Feed } from '../feed/feed.ts';
import { residentFeed } from '../feed/resident.ts';
import { windowFeed } from '../feed/window.ts';
import { fitNormalize } from '../images/preprocess.ts';
import type { Model } from '../model/model.ts';
import type { NetworkLayout } from '../model/network.ts';
import { writeLoss } from '../model/objective.ts';
import type { Recipe } from '../model/recipe.ts';
import { sizeOf } from '../model/shape.ts';
import type { ModelCard } from '../run/artifact.ts';
import { fingerprintOf } from '../run/fingerprint.ts';
import type { Pass } from '../run/pass.ts';
import { CENTER, UNIT } from '../run/step.ts';
import { cardOf } from './card.ts';
import { targetsOf, withBalance } from './class-balance.ts';
import { preparedTable } from './prepared-table.ts';
import { preprocessNow, programOf } from './program-of.ts';

export interface CompiledJob {
  readonly spec: JobSpec;
  readonly model: Model;
  readonly recipe: Recipe;
  readonly layout: NetworkLayout;
  readonly split: Split;
  readonly transform: Transform;
  /** The scale of the targets in training; null if they are not scaled. */
  readonly targetScale: TargetScale | null;
  /** What makes the weights a trained model. */
  readonly card: ModelCard;
  readonly train: Pass;
  readonly validation: Pass;
  readonly test: Pass;
  readonly executable: Executable;
  /** Loads the rows of the next steps into the program. */
  readonly feed: Feed;
  /** Size of each record of a batch, by name. */
  readonly recordSizes: ReadonlyMap<string, number>;
  /** Names of the values that change from step to step. */
  readonly scalars: readonly string[];
  /** Maximum steps of one run. */
  readonly maxSteps: number;
  readonly fingerprint: string;
  /** Frees the program's memory and closes its feed. */
  close(): Promise<void>;
}

export interface CompileOptions {
  /** Maximum bytes of data that the program holds: of a larger table, it holds a window. */
  readonly dataBytes?: number;
}

/** @throws Problem if the job does not fit its dataset: it was validated when posted, but perhaps by an earlier version. */
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
  // Before compiling, which adds to the graph.
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
    // Augmented rows are made anew for each epoch, so they are never resident.
    if (held < table.info.samples || form.augment !== null)
      return windowFeed(executable, table.filler(form, held), held);
    return residentFeed(executable, table, form);
  } catch (error) {
    executable.dispose();
    throw error;
  }
}

/** How rows of the table become rows of the program's data. */
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

/** The mean of each number of the targets. @param blocks each of whole rows */
export function centerOf(blocks: Iterable<TableNumbers>, width: number): Float32Array {
  const sums = new Float64Array(width);
  let rows = 0;
  for (const block of blocks) {
    for (const [i, value] of block.entries()) sums[i % width]! += value;
    rows += block.length / width;
  }
  return Float32Array.from(sums, (sum) => sum / rows);
}
