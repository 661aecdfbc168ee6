import { elementwise } from './elementwise.ts';

// d max(a, b) = da where a > b, db where b > a, half of each where they are equal (torch.maximum)
export const maximum = elementwise({
  name: 'maximum',
  arity: 2,
  apply: (a, b) => Math.max(a!, b!),
  express: 'max',
  gradient: (f, gy, _y, a, b) => {
    const toA = f.add(f.greater(a!, b!), f.scale(f.equal(a!, b!), 0.5));
    return [f.mul(gy, toA), f.mul(gy, f.sub(f.constantLike(toA, 1), toA))];
  },
});
