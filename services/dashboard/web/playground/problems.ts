// The playground's six problems: points in the square [-1, 1]², each labeled with a class (0 or 1) or a number.

import { random } from '../../../../examples/data/random.ts';

export type ProblemName = 'circle' | 'xor' | 'gaussians' | 'spiral' | 'plane' | 'hills';

export interface Problem {
  readonly title: string;
  readonly kind: 'classes' | 'numbers';
  /** The i-th of `n` points, before noise. */
  point(
    uniform: () => number,
    normal: () => number,
    i: number,
    n: number,
  ): { x: number; y: number; target: number };
}

const square = (uniform: () => number) => ({ x: 2 * uniform() - 1, y: 2 * uniform() - 1 });

export const PROBLEMS: Readonly<Record<ProblemName, Problem>> = {
  circle: {
    title: 'Circle',
    kind: 'classes',
    point(uniform, _, i) {
      const inside = i % 2;
      const radius = inside ? 0.45 * Math.sqrt(uniform()) : 0.65 + 0.3 * uniform();
      const angle = 2 * Math.PI * uniform();
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), target: inside };
    },
  },
  xor: {
    title: 'XOR',
    kind: 'classes',
    point(uniform) {
      const { x, y } = square(uniform);
      const away = (v: number) => v + 0.06 * Math.sign(v);
      return { x: away(x), y: away(y), target: x * y >= 0 ? 1 : 0 };
    },
  },
  gaussians: {
    title: 'Gaussians',
    kind: 'classes',
    point(_, normal, i) {
      const centre = i % 2 ? 0.45 : -0.45;
      return { x: centre + 0.17 * normal(), y: centre + 0.17 * normal(), target: i % 2 };
    },
  },
  spiral: {
    title: 'Spiral',
    kind: 'classes',
    point(_uniform, _normal, i, n) {
      const share = (i >> 1) / (n / 2);
      const angle = 3.5 * Math.PI * share + (i % 2) * Math.PI;
      return { x: 0.95 * share * Math.sin(angle), y: 0.95 * share * Math.cos(angle), target: i % 2 };
    },
  },
  plane: {
    title: 'Plane',
    kind: 'numbers',
    point(uniform) {
      const { x, y } = square(uniform);
      return { x, y, target: (x + y) / 2 };
    },
  },
  hills: {
    title: 'Hills',
    kind: 'numbers',
    point(uniform) {
      const { x, y } = square(uniform);
      const hill = (cx: number, cy: number, height: number) =>
        height * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 0.12);
      const target = hill(-0.5, 0.5, 1) + hill(0.5, 0.5, -1) + hill(-0.5, -0.5, -1) + hill(0.5, -0.5, 1);
      return { x, y, target };
    },
  },
};

export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly targets: readonly number[];
}

const COUNT = 400;

/** @param noise standard deviation of the displacement, in units of the coordinates */
export function pointsOf(name: ProblemName, noise: number, seed: number): Points {
  const { uniform, normal } = random(seed + 1);
  const problem = PROBLEMS[name];
  const points = Array.from({ length: COUNT }, (_, i) => {
    const { x, y, target } = problem.point(uniform, normal, i, COUNT);
    return { x: x + noise * normal(), y: y + noise * normal(), target };
  });
  const short = (value: number) => Math.round(value * 1e4) / 1e4;
  return {
    x: points.map(({ x }) => short(x)),
    y: points.map(({ y }) => short(y)),
    targets: points.map(({ target }) => short(target)),
  };
}

/** Features of a point that a network can take as inputs. */
export const FEATURES = {
  x: { title: 'x', of: (x: number) => x },
  y: { title: 'y', of: (_: number, y: number) => y },
  xx: { title: 'x²', of: (x: number) => x * x },
  yy: { title: 'y²', of: (_: number, y: number) => y * y },
  xy: { title: 'x·y', of: (x: number, y: number) => x * y },
  sinx: { title: 'sin 4x', of: (x: number) => Math.sin(4 * x) },
  siny: { title: 'sin 4y', of: (_: number, y: number) => Math.sin(4 * y) },
} as const;
export type FeatureName = keyof typeof FEATURES;

export const featuresOf = (names: readonly FeatureName[], x: number, y: number): number[] =>
  names.map((name) => Math.round(FEATURES[name].of(x, y) * 1e6) / 1e6);
