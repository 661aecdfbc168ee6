// A table to learn from, and rows held back to predict at the end.

export interface Samples<X, Y> {
  inputs: X[];
  targets: Y[];
}

export interface Split<X, Y> {
  /** What is posted for training. */
  seen: Samples<X, Y>;
  /** What the network never sees during training. */
  unseen: Samples<X, Y>;
}

/** Draws `count` samples and holds back the last `unseen`. */
export function split<X, Y>(count: number, unseen: number, draw: (i: number) => [X, Y]): Split<X, Y> {
  const drawn = Array.from({ length: count }, (_, i) => draw(i));
  const part = (rows: [X, Y][]): Samples<X, Y> => ({
    inputs: rows.map(([input]) => input),
    targets: rows.map(([, target]) => target),
  });
  return { seen: part(drawn.slice(0, -unseen)), unseen: part(drawn.slice(-unseen)) };
}

/** Three decimals are precise enough and keep requests small. */
export const rounded = (value: number) => Math.round(value * 1000) / 1000;
