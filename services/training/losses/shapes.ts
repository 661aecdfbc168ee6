import { sameShape } from '#engine/shape.ts';
import type { Shape } from '../shape.ts';

/**
 * Whether every number of an output has its number in the target. One number a sample may be written [] or [1]: torch
 * would broadcast [batch] against [batch, 1] into a square of differences that nobody means.
 */
export function oneNumberEach(output: Shape, target: Shape): boolean {
  return sameShape(output, target) || (target.length === 0 && sameShape(output, [1]));
}
