// Validates a whole request before anything is stored, queued or allocated, and reports all problems at once, each with its path. A valid
// request is returned with every default filled in.

import { z } from 'zod';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import { JobRequest, type JobSpec } from '#contracts/jobs/job-api.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import type { Warning } from '#contracts/warnings.ts';
import { isObject } from '../canonical/component.ts';
import { interpretShapes, withInputOf, withVocabulary } from '../canonical/dataset.ts';
import { Interpretations } from '../canonical/interpretations.ts';
import { canonicalJob } from '../canonical/job.ts';
import { type JobInfo, joinInfos } from '../data/rows/join.ts';
import { readModel } from '../model/model.ts';
import { type Recipe, readRecipe } from '../model/recipe.ts';
import { readSeries } from '../series/asked.ts';
import { countWindows, type FindWindows, windowsIn } from '../series/count.ts';
import { withSeriesSplit } from '../series/split.ts';
import { heldAsTokens } from '../text/column-job.ts';
import { checkEnds } from '../text/language-job.ts';
import { readTextJob } from '../text/text-job.ts';
import { warningsOfJob } from '../warnings/index.ts';
import { seenThrough } from './column-preprocess.ts';
import type { Find, Finders, WeightsFound } from './find.ts';
import { checkFit, flopsOf, stepsOf } from './fits.ts';
import { resolveHeldOut } from './held-out.ts';
import { refuseMixed } from './precision.ts';
import { readPreprocess, withTarget } from './preprocess.ts';
import { findHeldOut, type InlineTable, readDataset } from './request-data.ts';
import { checkNamedWeights } from './validate-model.ts';

export interface ValidJob {
  readonly request: JobRequest;
  readonly spec: Omit<JobSpec, 'dataset'>;
  readonly parameters: number;
  readonly totalSteps: number;
  /** Floating-point operations of the whole job. */
  readonly flops: number;
  /** Its own dataset and the held-out ones together. */
  readonly info: JobInfo;
  readonly inline: InlineTable | null;
  readonly warnings: readonly Warning[];
  /** Aliases and shorthands of the request, and what they were read as. */
  readonly interpreted: readonly Interpretation[];
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
  const interpretations = new Interpretations();
  const finders = { findDataset, findWeights, findWindows };
  const verdict = await checkJob(canonicalJob(body, interpretations), finders, interpretations);
  if (verdict.job !== null) return verdict;
  return { details: interpretations.asWritten(verdict.details), job: null };
}

async function checkJob(
  body: unknown,
  { findDataset, findWeights, findWindows }: Finders,
  interpretations: Interpretations,
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
  const filled = text?.value ? withVocabulary(text.value, body.model, interpretations) : body.model;
  const given = seen === null ? body.model : withInputOf(seen, filled, interpretations);
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
    // The held-out rows of a series are among its windows.
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
  for (const each of dataset?.value?.inline?.interpreted ?? [])
    interpretations.add(each.param, each.from, each.to);
  interpretShapes(pieces, interpretations);
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
      interpreted: interpretations.list,
    },
  };
}

function resolved({ rendered, loss }: Recipe, info: JobInfo, details: Detail[]): RenderedTraining {
  return resolveHeldOut(rendered, info, loss.definition, details);
}

/** Drops complaints about what the dataset would have filled in, since the dataset itself was refused. */
function withoutInput(details: Detail[], learnsFromText: boolean): void {
  const left = learnsFromText ? /^model\.(input|.*\.(num_embeddings|out_features))$/ : /^model\.input$/;
  for (let at = details.length - 1; at >= 0; at--) {
    const { param, code } = details[at]!;
    if (code === 'missing' && left.test(param)) details.splice(at, 1);
  }
}
