import { scale } from '#engine/functions.ts';
import { elementwise, expm1BelowZero, fromZero, inplace, shownInplace } from './elementwise.ts';

// These constants make mean 0 and variance 1 a fixed point (Klambauer et al., "Self-normalizing neural networks", 2017).
const ALPHA = 1.6732632423543772;
const SCALE = 1.0507009873554805;

export const SELU = elementwise({
  type: 'SELU',
  help: 'An ELU scaled to preserve mean 0 and variance 1',
  args: { inplace },
  apply: (x) => scale(fromZero(x, scale(expm1BelowZero(x), ALPHA)), SCALE),
  shown: shownInplace,
});
