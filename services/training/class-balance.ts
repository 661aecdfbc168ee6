// "balanced" class weights: each class counts as much as the others, however many samples it has. Fitted on the training rows
// alone, as scikit-learn's compute_class_weight does: rows / (classes · rows of the class).

import { blocksOf, type Rows } from './data/rows.ts';
import type { Recipe } from './recipe.ts';

export const BALANCED = 'balanced';

/** The recipe with numbers for the weights. @param classes how many; @param targets class numbers of the training rows, where they are known */
export function withClassWeights(recipe: Recipe, classes: number, targets: Iterable<number> = []): Recipe {
  if (recipe.loss.args.weight !== BALANCED) return recipe;
  const { ignore_index } = recipe.loss.args;
  const weight = balancedWeights(targets, classes, ignore_index as number);
  return { ...recipe, loss: { ...recipe.loss, args: { ...recipe.loss.args, weight } } };
}

/** A class without rows counts as one sample of it would by itself. */
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

/** Of samples with several targets all of them. */
export function* targetsOf(targets: Rows, rows: Int32Array): Generator<number> {
  for (const block of blocksOf(targets, rows)) yield* block;
}
