import { elementwise } from './elementwise.ts';

// d(a + b) = da + db
export const add = elementwise({
  name: 'add',
  arity: 2,
  apply: (a, b) => a! + b!,
  express: 'add',
  gradient: (_f, gy) => [gy, gy],
});
