import {
  add,
  constantLike,
  exp,
  greater,
  log1p,
  mul,
  neg,
  reshape,
  scale,
  shift,
  sub,
  toF32,
} from '#engine/functions.ts';
import { formatShape, sizeOf } from '../shape.ts';
import { defineLoss, Reduction, reduced } from './loss.ts';
import { oneNumberEach } from './shapes.ts';

// −y ln σ(x) − (1 − y) ln(1 − σ(x)) = ln(1 + eˣ) − x y, and ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), which overflows
// nowhere. With the side of 0 as a constant, max and |·| have their slope at 0 too, and the whole has σ(0) − y.
export const BCEWithLogitsLoss = defineLoss({
  type: 'BCEWithLogitsLoss',
  help: 'For yes or no: cross entropy of sigmoid(output) against targets from 0 to 1',
  args: { reduction: Reduction },
  task: 'binary',
  targetType: 'f32',
  fits(output, target, refuse) {
    if (!oneNumberEach(output, target.shape)) {
      const shapes = `the model gives ${formatShape(output)}, the targets are ${formatShape(target.shape)}`;
      const hint = target.shape.length === 0 ? ' (one number a sample: the output must be [1])' : '';
      refuse('loss', `BCEWithLogitsLoss compares number by number: ${shapes}${hint}`);
    }
    if (target.labels !== null && target.labels.length > 2) {
      const { length } = target.labels;
      refuse('targets', `BCEWithLogitsLoss tells two classes apart, the targets have ${length}`);
    }
    const wanted = 'BCEWithLogitsLoss takes targets from 0 to 1';
    if (target.min !== null && target.min < 0) {
      refuse('targets', `${wanted}, but there is a target ${target.min}`, target.min_row);
    }
    if (target.labels === null && target.max !== null && target.max > 1) {
      refuse('targets', `${wanted}, but there is a target ${target.max}`, target.max_row);
    }
  },
  forward(output, targets, { reduction }) {
    const y = reshape(toF32(targets), output.shape);
    const positive = greater(output, constantLike(output, 0));
    const magnitude = mul(shift(scale(positive, 2), -1), output);
    const softplus = add(mul(positive, output), log1p(exp(neg(magnitude))));
    const losses = sub(softplus, mul(output, y));
    return reduced(reshape(losses, [sizeOf(output.shape)]), reduction);
  },
});
