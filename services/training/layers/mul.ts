import { mul } from '#engine/functions.ts';
import { joinElementwise } from './join-elementwise.ts';

export const Mul = joinElementwise({
  type: 'Mul',
  help: 'Elementwise product of its inputs: one branch gates another (no torch equivalent)',
  apply: mul,
});
