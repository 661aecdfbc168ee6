import { mul } from '#engine/functions.ts';
import { joinElementwise } from './join-elementwise.ts';

export const Mul = joinElementwise({
  type: 'Mul',
  help: 'The product of its inputs, number by number: one branch decides how much of another passes (a layer of ours)',
  apply: mul,
});
