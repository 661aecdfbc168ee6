// Validates a whole request before anything is stored, queued or allocated, and reports all problems at once, each with its path. A valid
// request is returned with every default filled in.

import { z } from 'zod';
import { type DatasetInfo, InlineDataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import { JobRequest, type JobSpec } from '#contracts/jobs/job-api.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { ModelReport } from '#contracts/training/model.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import { isObject } from '../canonical/component.ts';
import { tellShapes, withInputOf, withVocabulary } from '../canonical/dataset.ts';
import { canonicalJob } from '../canonical/job.ts';
import { canonicalModel } from '../canonical/model.ts';
import { Telling } from '../canonical/telling.ts';
import { checkInline } from '../data/formats/inline.ts';
import { type Held, type JobInfo, joinInfos } from '../data/rows/join.ts';
import type { ReadTable } from '../data/table.ts';
import type { Read } from '../model/component.ts';
import { type Model, readModel } from '../model/model.ts';
import { type Recipe, readRecipe } from '../model/recipe.ts';
import { reportOf } from '../model/summary.ts';
import { checkWeights } from '../model/weights.ts';
import { readSeries } from '../series/asked.ts';
import { countWindows, type FindWindows, windowsIn } from '../series/count.ts';
import { withSeriesSplit } from '../series/split.ts';
import { heldAsTokens } from '../text/column-job.ts';
import { checkEnds } from '../text/language-job.ts';
import { readTextJob } from '../text/text-job.ts';
import { warningsOfJob } from '../warnings/index.ts';
import { seenThrough } from './column-preprocess.ts';
import { checkFit, flopsOf, stepsOf } from './fits.ts';
import { PARTS, type Part, resolveHeldOut } from './held-out.ts';
import { refuseMixed } from './precision.ts';
import { readPreprocess, withTarget } from './preprocess.ts';

export function validateModel(
  input: unknown,
  root = 'model',
): { details: Detail[]; report: ModelReport | null } {
  const telling = new Telling();
  const { details, value } = readModel(canonicalModel(input, root, telling), root);
  const report = value === null ? null : reportOf(value, telling.interpreted);
  return { details: telling.asWritten(details), report };
}

/** The same with the weights that the model names, where it names any. */
export async function validateModelAndWeights(
  input: unknown,
  findWeights: Find<WeightsFound>,
  root = 'model',
): Promise<{ details: Detail[]; report: ModelReport | null }> {
  const telling = new Telling();
  const model = readModel(canonicalModel(input, root, telling), root);
  const details = [...model.details, ...(await checkNamedWeights(model, input, findWeights, root))];
  const report =
    model.value === null || details.length > 0 ? null : reportOf(model.value, telling.interpreted);
  return { details: telling.asWritten(details), report };
}

/** `given` is the model as it was posted: weights that are not there are told even where the model is refused. */
async function checkNamedWeights(
  model: Read<Model>,
  given: unknown,
  findWeights: Find<WeightsFound>,
  root = 'model',
): Promise<Detail[]> {
  const id = isObject(given) ? given.weights : undefined;
  if (typeof id !== 'string') return [];
  const param = `${root}.weights`;
  const found = await findWeights(id);
  if (found === null || 'refused' in found) {
    const message = found?.refused ?? `there are no weights ${JSON.stringify(id.slice(0, 100))}`;
    return [{ param, code: 'not_found', message }];
  }
  return model.value === null ? [] : checkWeights(model.value, found.tensors, param);
}

export interface ValidJob {
  readonly request: JobRequest;
  readonly spec: Omit<JobSpec, 'dataset'>;
  readonly parameters: number;
  readonly totalSteps: number;
  /** Floating-point operations of the whole job. */
  readonly flops: number;
  /** Of all its data. */
  readonly info: JobInfo;
  /** The dataset that came with the request, to be stored with the job. */
  readonly inline: (ReadTable & { readonly name: string | null }) | null;
  readonly warnings: readonly Warning[];
  /** What was written in another way than the spec has it. */
  readonly interpreted: readonly Interpretation[];
}

/** The tensors of the weights that are named, or why there are none. */
export type WeightsFound = { readonly tensors: readonly TensorInfo[] } | { readonly refused: string };

/** What a request names by its id, or null. */
export type Find<T> = (id: string) => Promise<T | null>;

interface Finders {
  readonly findDataset: Find<DatasetInfo>;
  readonly findWeights: Find<WeightsFound>;
  readonly findWindows: FindWindows;
}

export type JobVerdict = { details: Detail[]; job: null } | { details: []; job: ValidJob };

const part = z.unknown().optional();
const JobFrame = JobRequest.extend({ model: part, dataset: part, training: part, preprocess: part });

export async function validateJob(
  body: unknown,
  findDataset: Find<DatasetInfo>,
  findWeights: Find<WeightsFound> = async () => null,
  findWindows: FindWindows = async () => null,
): Promise<JobVerdict> {
  const telling = new Telling();
  const finders = { findDataset, findWeights, findWindows };
  const verdict = await checkJob(canonicalJob(body, telling), finders, telling);
  if (verdict.job !== null) return verdict;
  return { details: telling.asWritten(verdict.details), job: null };
}

async function checkJob(
  body: unknown,
  { findDataset, findWeights, findWindows }: Finders,
  telling: Telling,
): Promise<JobVerdict> {
  const frame = JobFrame.safeParse(body);
  const details: Detail[] = frame.success ? [] : detailsOf(frame.error, JobRequest, '', body);
  if (!isObject(body)) return { details, job: null };
  for (const part of ['model', 'dataset', 'training']) {
    if (body[part] === undefined) details.push({ param: part, code: 'missing', message: 'is needed' });
  }
  const dataset = body.dataset === undefined ? null : await readDataset(body.dataset, findDataset);
  const found = dataset?.value?.info ?? null;
  const series = found === null ? undefined : readSeries(body.preprocess, found);
  const asked = series?.value ?? null;
  const how = series === undefined ? body.training : withSeriesSplit(body.training, details);
  const training = body.training === undefined ? null : readRecipe(how, 'training');
  const text = found === null ? null : readTextJob(found, body, training?.value?.rendered ?? null);
  const isTable = text === null && series === undefined;
  const columns = found === null || !isTable ? null : seenThrough(found, body.preprocess);
  const seen: JobInfo | null =
    text === null
      ? (columns?.info ?? (found && asked && windowsIn(found, asked)))
      : (text.value?.info ?? null);
  details.push(...(columns?.details ?? series?.details ?? []), ...(text?.details ?? []));
  const filled = text?.value ? withVocabulary(text.value, body.model, telling) : body.model;
  const given = seen === null ? body.model : withInputOf(seen, filled, telling);
  const model = given === undefined ? null : readModel(given, 'model');
  if (model !== null && body.dataset !== undefined && seen === null)
    withoutInput(model.details, text !== null);
  if (model !== null) model.details.push(...(await checkNamedWeights(model, body.model, findWeights)));
  details.push(...(model?.details ?? []), ...(dataset?.details ?? []), ...(training?.details ?? []));
  const precision = isObject(body.training) ? body.training.precision : undefined;
  if (precision === 'mixed') details.push(refuseMixed(frame.data?.device ?? null));

  const recipe = training?.value ?? null;
  const heldOut =
    recipe === null || seen === null ? null : resolved(recipe, asked === null ? seen : found!, details);
  if (found?.text !== undefined && recipe !== null)
    details.push(...checkEnds(body.training, recipe.rendered));
  const others = heldOut === null ? {} : await findHeldOut(heldOut, body.dataset, findDataset, details);
  const held = text?.value ? heldAsTokens(others, text.value.preprocess) : others;
  const windows =
    asked === null || found === null || recipe === null || heldOut === null
      ? null
      : await countWindows(asked, found, held, { recipe, heldOut, dataset: body.dataset }, findWindows);
  details.push(...(windows?.details ?? []));
  const info = asked === null || found === null || windows === null ? seen : windowsIn(found, asked, windows);
  const uncounted = asked !== null && (windows === null || windows.details.length > 0);
  const pieces = {
    model: model?.value ?? null,
    training: recipe && !uncounted ? { ...recipe, rendered: heldOut ?? recipe.rendered } : null,
    info,
    series: asked,
    // Those of a series are among its windows.
    held: asked === null ? held : {},
  };
  const preprocess =
    text === null
      ? readPreprocess(body.preprocess, pieces)
      : text.value === null
        ? { details: [], value: null }
        : withTarget(text.value.preprocess, text.value.target, pieces);
  details.push(...checkFit({ ...pieces, preprocess: preprocess.value }), ...preprocess.details);
  if (details.length > 0 || !frame.success || !model?.value || heldOut === null || info === null) {
    return { details, job: null };
  }
  for (const each of dataset?.value?.inline?.interpreted ?? []) telling.tell(each.param, each.from, each.to);
  tellShapes(pieces, telling);
  const { seed, device, resume_on } = frame.data;
  const joint = joinInfos(info, pieces.held);
  return {
    details: [],
    job: {
      request: frame.data as JobRequest,
      spec: {
        model: model.value.rendered,
        training: heldOut,
        preprocess: preprocess.value!,
        seed,
        device,
        resume_on,
      },
      parameters: model.value.parameters,
      totalSteps: stepsOf(heldOut, joint),
      flops: flopsOf(model.value, heldOut, joint),
      info: joint,
      inline: dataset?.value?.inline ?? null,
      warnings: [
        ...warningsOfJob({
          model: model.value,
          training: pieces.training!,
          preprocess: preprocess.value!,
          info: joint,
        }),
        ...(windows?.warnings ?? []),
      ],
      interpreted: telling.interpreted,
    },
  };
}

function resolved({ rendered, loss }: Recipe, info: JobInfo, details: Detail[]): RenderedTraining {
  return resolveHeldOut(rendered, info, loss.definition, details);
}

/** The datasets that are held out whole, where they are there. */
async function findHeldOut(
  training: RenderedTraining,
  own: unknown,
  find: Find<DatasetInfo>,
  details: Detail[],
): Promise<Held<DatasetInfo>> {
  const found: { -readonly [P in Part]?: DatasetInfo } = {};
  for (const part of PARTS) {
    const held = training[part];
    if (held === null || !('dataset' in held)) continue;
    const param = `training.${part}.dataset`;
    const info = held.dataset === own ? null : await find(held.dataset);
    if (info !== null) found[part] = info;
    else if (held.dataset === own) {
      const message = "is the job's own dataset: what is learned from is not held out";
      details.push({ param, code: 'does_not_fit', message });
    } else {
      const message = `there is no dataset ${JSON.stringify(held.dataset.slice(0, 100))}`;
      details.push({ param, code: 'not_found', message });
    }
  }
  return found;
}

/** What may be left to the dataset: where that is refused, nobody has to say it. */
function withoutInput(details: Detail[], learnsFromText: boolean): void {
  const left = learnsFromText ? /^model\.(input|.*\.(num_embeddings|out_features))$/ : /^model\.input$/;
  for (let at = details.length - 1; at >= 0; at--) {
    const { param, code } = details[at]!;
    if (code === 'missing' && left.test(param)) details.splice(at, 1);
  }
}

interface FoundDataset {
  readonly info: DatasetInfo;
  readonly inline: ValidJob['inline'];
}

async function readDataset(given: unknown, findDataset: Find<DatasetInfo>): Promise<Read<FoundDataset>> {
  if (typeof given === 'string') {
    const info = await findDataset(given);
    if (info !== null) return { details: [], value: { info, inline: null } };
    const message = `there is no dataset ${JSON.stringify(given.slice(0, 100))}`;
    return { details: [{ param: 'dataset', code: 'not_found', message }], value: null };
  }
  if (!isObject(given)) {
    const message = 'must be the id of a dataset, or {"inputs": […], "targets": […]}';
    return { details: [{ param: 'dataset', code: 'invalid_type', message }], value: null };
  }
  const frame = InlineDataset.safeParse(given);
  if (!frame.success)
    return { details: detailsOf(frame.error, InlineDataset, 'dataset', given), value: null };
  const { details, read } = checkInline(frame.data, 'dataset');
  if (read === null) return { details, value: null };
  return { details, value: { info: read.info, inline: { ...read, name: frame.data.name ?? null } } };
}
