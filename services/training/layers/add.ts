import { add } from '#engine/functions.ts';
import { joinElementwise } from './join-elementwise.ts';

export const Add = joinElementwise({
  type: 'Add',
  help: 'The sum of its inputs, number by number: joins branches, as in a residual network (a layer of ours)',
  apply: add,
});
