// "balanced" class weights: every class contributes equally, however many samples it has. Fitted on the training rows only, like
// scikit-learn's compute_class_weight: rows / (classes · rows of the class).

import { blocksOf, type Rows } from '../data/rows/rows.ts';
import type { Recipe } from '../model/recipe.ts';
import type { Shape } from '../model/shape.ts';

export const BALANCED = 'balanced';

/**
 * The recipe with "balanced" weights replaced by numbers.
 * @param output shape for one sample
 * @param targets of the training rows, if known
 */
export function withBalance(recipe: Recipe, output: Shape, targets: Iterable<number> = []): Recipe {
  const { weight, pos_weight, ignore_index } = recipe.loss.args;
  const found =
    weight === BALANCED
      ? { weight: balancedWeights(targets, output[0] ?? 1, ignore_index as number) }
      : pos_weight === BALANCED
        ? { pos_weight: balancedYes(targets, output.at(-1) ?? 1) }
        : null;
  if (found === null) return recipe;
  return { ...recipe, loss: { ...recipe.loss, args: { ...recipe.loss.args, ...found } } };
}

/** For each index of the output's last dimension: negatives / positives, so that both count equally; 1 if either never occurs. */
export function balancedYes(targets: Iterable<number>, places: number): number[] {
  const yes = new Array<number>(places).fill(0);
  const all = new Array<number>(places).fill(0);
  let at = 0;
  for (const target of targets) {
    yes[at]! += target;
    all[at]! += 1;
    at = (at + 1) % places;
  }
  return yes.map((count, i) => (count > 0 && count < all[i]! ? (all[i]! - count) / count : 1));
}

/** A class without rows gets weight 1. */
export function balancedWeights(targets: Iterable<number>, classes: number, ignored: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  let rows = 0;
  for (const target of targets) {
    if (target === ignored || !(target in counts)) continue;
    counts[target]!++;
    rows++;
  }
  const present = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : rows / (present * count)));
}

/** The targets of these rows; all of them if a sample has several. */
export function* targetsOf(targets: Rows, rows: Int32Array): Generator<number> {
  for (const block of blocksOf(targets, rows)) yield* block;
}
