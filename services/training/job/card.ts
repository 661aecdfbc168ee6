// The model card of a job: what is stored with the weights so that the trained model can be used on raw inputs.

import { ImageForm } from '#contracts/datasets/image-data.ts';
import { fitSeen } from '../data/columns/seen.ts';
import { type Planned, plannedInputs } from '../data/encoders/inputs.ts';
import type { TargetScale } from '../data/target-scale.ts';
import type { Transform } from '../data/transform.ts';
import type { Model } from '../model/model.ts';
import type { Recipe } from '../model/recipe.ts';
import type { ModelCard } from '../run/artifact.ts';
import type { PreparedTable } from './prepared-table.ts';

export function cardOf(
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
    // With class weights as fitted to the training rows.
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
