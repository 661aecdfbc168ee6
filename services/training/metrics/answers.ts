// A batch in the forms that metrics read: predicted classes, booleans, or numbers.

import {
  argmax,
  concat,
  constant,
  constantLike,
  equal,
  greater,
  iota,
  mul,
  permute,
  reshape,
  sub,
  sum,
  toF32,
  where,
} from '#engine/functions.ts';
import type { Tensor } from '#engine/tensor.ts';
import { hasShares } from '../losses/loss.ts';
import { sizeOf } from '../model/shape.ts';
import type { Answered } from './metric.ts';

export interface Choices {
  readonly classes: number;
  /** Logits or similar, [answers, classes]; null for binary outputs. */
  readonly scores: Tensor | null;
  /** [answers] */
  readonly said: Tensor;
  /** [answers] */
  readonly wanted: Tensor;
  /** [answers], 1 for each answer that counts; null if all do. */
  readonly counts: Tensor | null;
}

/** One choice per target: among the classes along dim 1, or between no and yes for each binary output. */
export function choices({ output, targets, loss }: Answered): Choices {
  const flat = (t: Tensor) => reshape(toF32(t), [sizeOf(t.shape)]);
  const shares = hasShares(loss.definition, output.shape.slice(1), targets.shape.slice(1));
  const counted = shares ? undefined : loss.definition.counts?.(targets, loss.args);
  const counts = counted === undefined ? null : flat(counted);
  if (loss.definition.task === 'classes') {
    const [batch, classes, ...places] = output.shape as [number, number, ...number[]];
    const byClass = (t: Tensor) =>
      reshape(permute(t, [0, ...places.map((_, i) => i + 2), 1]), [batch * sizeOf(places), classes]);
    const scores = byClass(output);
    // For class probabilities, the most likely class is the target.
    const wanted = shares ? flat(argmax(byClass(toF32(targets)), 1)) : flat(targets);
    return { classes, scores, said: flat(argmax(scores, 1)), wanted, counts };
  }
  const { said, wanted } = decisions({ output, targets, loss });
  return { classes: 2, scores: null, said: flat(said), wanted: flat(wanted), counts };
}

/** 0 or 1 for each binary output: [batch, outputs per sample] */
export function decisions({ output, targets, loss }: Pick<Answered, 'output' | 'targets' | 'loss'>) {
  const shape = [output.shape[0]!, sizeOf(output.shape.slice(1))];
  const half = loss.definition.gives === 'probabilities' ? 0.5 : 0;
  return {
    said: reshape(over(output, half), shape),
    wanted: over(reshape(toF32(targets), shape), 0.5),
  };
}

function over(t: Tensor, limit: number): Tensor {
  return greater(t, constant(t.graph, limit));
}

/** Class numbers [answers] → one-hot rows [answers, classes]; all 0 if the answer does not count. */
export function oneHot(numbers: Tensor, { classes, counts }: Choices): Tensor {
  const [answers] = numbers.shape as [number];
  const hot = equal(toF32(iota(numbers.graph, [answers, classes], 1)), reshape(numbers, [answers, 1]));
  return counts === null ? hot : mul(hot, reshape(counts, [answers, 1]));
}

/** The scores [answers, classes] of the classes in `hot` (one-hot): [answers] */
export function scoresOf(scores: Tensor, hot: Tensor): Tensor {
  return sum(where(hot, scores, constantLike(scores, 0)), [1]);
}

/** Sum of the `values` [answers] that count, and how many count: [2] */
export function countedSum(values: Tensor, { counts }: Choices): Tensor {
  if (counts === null) return together(sum(values), constant(values.graph, sizeOf(values.shape)));
  return together(sum(mul(values, counts)), sum(counts));
}

/** The numbers of all tensors, concatenated. */
export function together(...tensors: Tensor[]): Tensor {
  return concat(
    tensors.map((t) => reshape(t, [sizeOf(t.shape)])),
    0,
  );
}

/** Output and targets as [batch, numbers per sample]. */
export function numbersOf({ output, targets }: Answered): { given: Tensor; wanted: Tensor } {
  const shape = [output.shape[0]!, sizeOf(output.shape.slice(1))];
  return { given: reshape(output, shape), wanted: reshape(toF32(targets), shape) };
}

export function differences(batch: Answered): Tensor {
  const { given, wanted } = numbersOf(batch);
  return sub(given, wanted);
}

/** The differences in the data's units. */
export function differencesInUnits(batch: Answered): Tensor {
  const unit = batch.unit();
  return unit === null ? differences(batch) : mul(differences(batch), unit);
}
