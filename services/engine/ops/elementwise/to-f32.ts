import { elementwise } from './elementwise.ts';

// Converts integers to floating point. They have no gradient.
export const toF32 = elementwise({
  name: 'to_f32',
  arity: 1,
  apply: (x) => x!,
  express: 'to_f32',
  gradient: null,
  dtype: () => 'f32',
  inputDtype: 'i32',
  domain: [-100, 100],
});
