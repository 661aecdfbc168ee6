// What a network's output says about one sample, by the loss it was trained with.

import type { NestedNumbers } from '#contracts/dataset.ts';
import type { Prediction } from '#contracts/job-api.ts';
import type { NonFinite } from '#contracts/numbers.ts';
import type { Task } from './losses/loss.ts';
import type { Shape } from './shape.ts';

/**
 * classes: softmax of the logits, and the likeliest class.
 * binary: of one logit, the probabilities of no and yes and the class 0 or 1; of several, each one's probability of yes.
 * numbers: the output speaks for itself.
 */
export function interpretOutput(
  output: Float32Array,
  shape: Shape,
  task: Task,
  labels: readonly string[] | null,
): Prediction {
  const shown = nest(output, shape);
  if (!output.every(Number.isFinite)) return { output: shown, nonfinite: true };
  if (task === 'numbers') return { output: shown };
  if (task === 'binary' && output.length > 1)
    return { output: shown, probabilities: Array.from(output, sigmoid) };
  const probabilities = task === 'classes' ? softmax(output) : [sigmoid(-output[0]!), sigmoid(output[0]!)];
  const best = probabilities.indexOf(probabilities.reduce((a, b) => Math.max(a, b)));
  const label = labels?.[best];
  return { output: shown, class: best, ...(label === undefined ? {} : { label }), probabilities };
}

function nest(values: Float32Array, shape: Shape): NestedNumbers {
  const [size, ...rest] = shape;
  if (size === undefined) {
    const value = values[0]!;
    return Number.isFinite(value) ? value : (String(value) as NonFinite);
  }
  const width = values.length / size;
  return Array.from({ length: size }, (_, i) => nest(values.subarray(i * width, (i + 1) * width), rest));
}

/** In doubles, from the largest logit down. */
function softmax(logits: Float32Array): number[] {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
