import { elementwise } from './elementwise.ts';

// d min(a, b) = da where a < b, db where b < a, half of each where they are equal (torch.minimum)
export const minimum = elementwise({
  name: 'minimum',
  arity: 2,
  apply: (a, b) => Math.min(a!, b!),
  express: 'min',
  gradient: (f, gy, _y, a, b) => {
    const toA = f.add(f.greater(b!, a!), f.scale(f.equal(a!, b!), 0.5));
    return [f.mul(gy, toA), f.mul(gy, f.sub(f.constantLike(toA, 1), toA))];
  },
});
