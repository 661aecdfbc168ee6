// Interprets a network's output for one sample, according to the loss it was trained with.

import type { NestedNumbers } from '#contracts/datasets/dataset.ts';
import type { Prediction, PredictionPart } from '#contracts/jobs/job-api.ts';
import type { NonFinite } from '#contracts/numbers.ts';
import type { Gives, Loss } from '../losses/loss.ts';
import { type Shape, sizeOf } from '../model/shape.ts';

/** How to render a finite number: as is, or as its shortest decimal. */
export type Show = (value: number) => number;
const asItIs: Show = (value) => value;

/** What a prediction contains besides the output itself. */
export function partsOf({ task }: Pick<Loss, 'task'>, shape: Shape): readonly PredictionPart[] {
  switch (task) {
    case 'numbers':
      return ['output'];
    case 'distribution':
      return ['output', 'probabilities'];
    case 'binary':
      return sizeOf(shape) > 1 ? ['output', 'probabilities'] : ['labels', 'probabilities', 'output'];
    case 'classes':
      return ['labels', 'probabilities', 'output'];
  }
}

/**
 * - classes: the probabilities over the first dimension, and the likeliest class; for an output [classes, …positions] per position
 * - binary: for one number, the probabilities of no and yes, and the class 0 or 1; for several, the probability of yes of each
 * - distribution: the probabilities
 * - numbers: the output alone
 */
export function interpretOutput(
  output: Float32Array,
  shape: Shape,
  { task, gives }: Pick<Loss, 'task' | 'gives'>,
  labels: readonly string[] | null,
  show: Show = asItIs,
): Prediction {
  const shown = nest(output, shape, show);
  if (!output.every(Number.isFinite)) return { output: shown, nonfinite: true };
  switch (task) {
    case 'numbers':
      return { output: shown };
    case 'distribution':
      return { output: shown, probabilities: list(Float64Array.from(output, Math.exp), shape, show) };
    case 'binary': {
      if (output.length > 1) {
        const each = Float64Array.from(output, (value) => yes(value, gives));
        return { output: shown, probabilities: list(each, shape, show) };
      }
      const sure = [gives === 'logits' ? sigmoid(-output[0]!) : 1 - output[0]!, yes(output[0]!, gives)];
      return { output: shown, ...named(Number(sure[1]! > sure[0]!), labels), probabilities: sure.map(show) };
    }
    case 'classes': {
      const { probabilities, best } = overClasses(output, shape[0]!);
      const [likeliest] = best;
      const found =
        shape.length === 1 ? named(likeliest!, labels) : { class: list(best, shape.slice(1), asItIs) };
      return { output: shown, ...found, probabilities: list(probabilities, shape, show) };
    }
  }
}

function named(index: number, labels: readonly string[] | null): Pick<Prediction, 'class' | 'label'> {
  const label = labels?.[index];
  return { class: index, ...(label === undefined ? {} : { label }) };
}

function nest(values: ArrayLike<number>, shape: Shape, show: Show, from = 0): NestedNumbers {
  const [size, ...rest] = shape;
  if (size === undefined) {
    const value = values[from]!;
    return Number.isFinite(value) ? show(value) : (String(value) as NonFinite);
  }
  const width = rest.reduce((product, n) => product * n, 1);
  return Array.from({ length: size }, (_, i) => nest(values, rest, show, from + i * width));
}

/** A nonscalar shape nests to an array. */
function list(values: ArrayLike<number>, shape: Shape, show: Show): NestedNumbers[] {
  return nest(values, shape, show) as NestedNumbers[];
}

/**
 * For each position of [classes, …positions]: softmax in doubles, shifted by the largest logit, and the first of the likeliest classes. For
 * log-probabilities, softmax yields the probabilities themselves.
 */
function overClasses(
  output: Float32Array,
  classes: number,
): { probabilities: Float64Array; best: Int32Array } {
  const positions = output.length / classes;
  const probabilities = new Float64Array(output.length);
  const best = new Int32Array(positions);
  for (let position = 0; position < positions; position++) {
    let top = 0;
    for (let k = 1; k < classes; k++) {
      if (output[k * positions + position]! > output[top * positions + position]!) top = k;
    }
    best[position] = top;
    let total = 0;
    for (let at = position; at < output.length; at += positions) {
      probabilities[at] = Math.exp(output[at]! - output[top * positions + position]!);
      total += probabilities[at]!;
    }
    for (let at = position; at < output.length; at += positions) probabilities[at]! /= total;
  }
  return { probabilities, best };
}

function yes(value: number, gives: Gives): number {
  return gives === 'logits' ? sigmoid(value) : value;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
