// A prediction of several targets, by name.

import type { Prediction } from '#contracts/jobs/job-api.ts';
import type { Task } from './losses/loss.ts';

/** Adds the values by target name, unless the targets are unnamed or their count differs from the numbers'. */
export function byName(prediction: Prediction, columns: readonly string[], task: Task): Prediction {
  const { output, probabilities, nonfinite } = prediction;
  if (nonfinite === true || (task !== 'numbers' && task !== 'binary')) return prediction;
  const numbers = [task === 'numbers' ? output : probabilities].flat(9) as number[];
  if (columns.length < 2 || numbers.length !== columns.length) return prediction;
  const values = Object.fromEntries(columns.map((name, i) => [name, numbers[i]!]));
  if (task === 'numbers') return { ...prediction, values };
  return { ...prediction, values, labels: columns.filter((_, i) => numbers[i]! > 0.5) };
}
