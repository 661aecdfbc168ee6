import { add } from '#engine/functions.ts';
import { joinElementwise } from './join-elementwise.ts';

export const Add = joinElementwise({
  type: 'Add',
  help: 'Elementwise sum of its inputs: joins branches, as in a residual network (no torch equivalent)',
  apply: add,
});
