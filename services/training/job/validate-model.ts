// Validates a model by itself: its layers and, where it names trained weights, whether they fit.

import type { Detail } from '#contracts/errors.ts';
import type { ModelReport } from '#contracts/training/model.ts';
import { isObject } from '../canonical/component.ts';
import { Interpretations } from '../canonical/interpretations.ts';
import { canonicalModel } from '../canonical/model.ts';
import type { Read } from '../model/component.ts';
import { type Model, readModel } from '../model/model.ts';
import { reportOf } from '../model/summary.ts';
import { checkWeights } from '../model/weights.ts';
import type { Find, WeightsFound } from './find.ts';

export function validateModel(
  input: unknown,
  root = 'model',
): { details: Detail[]; report: ModelReport | null } {
  const interpretations = new Interpretations();
  const { details, value } = readModel(canonicalModel(input, root, interpretations), root);
  const report = value === null ? null : reportOf(value, interpretations.list);
  return { details: interpretations.asWritten(details), report };
}

/** The same, and checks the weights that the model names, if any. */
export async function validateModelAndWeights(
  input: unknown,
  findWeights: Find<WeightsFound>,
  root = 'model',
): Promise<{ details: Detail[]; report: ModelReport | null }> {
  const interpretations = new Interpretations();
  const model = readModel(canonicalModel(input, root, interpretations), root);
  const details = [...model.details, ...(await checkNamedWeights(model, input, findWeights, root))];
  const report =
    model.value === null || details.length > 0 ? null : reportOf(model.value, interpretations.list);
  return { details: interpretations.asWritten(details), report };
}

/** @param given the model as posted: missing weights are reported even if the model itself is invalid */
export async function checkNamedWeights(
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
