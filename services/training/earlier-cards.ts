// Model cards of an earlier version, whose transform applied to the encoded inputs of a column instead of its raw values.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { Seen } from './data/columns/seen.ts';
import type { Encoder } from './data/encoders/encoder.ts';
import { inputsOf } from './data/encoders/inputs.ts';
import type { Transform } from './data/transform.ts';

interface Card {
  readonly columns?: readonly Column[] | undefined;
  readonly transform: Transform;
  readonly seen?: Seen | undefined;
}

/** The same card with one encoder per column. */
export function inRawValues<C extends Card>(card: C): C {
  const { columns, transform, seen } = card;
  if (columns === undefined || transform.kind === 'columns' || transform.kind === 'channels') return card;
  const standard = transform.kind === 'standardize' ? transform : null;
  const divisor = transform.kind === 'scale' ? transform.divisor : 1;
  let at = 0;
  const places: number[] = [];
  const encoders: Encoder[] = [];
  for (const column of columns.filter(({ type }) => type !== 'ignore')) {
    places.push(at);
    const width = inputsOf(column).length;
    encoders.push(
      column.type === 'category'
        ? {
            kind: 'slots',
            slots: Array.from({ length: width }, (_, i) => i),
            ...{ width, other: null, hashed: false, unit: 1 / divisor },
          }
        : {
            kind: 'number',
            fill: column.missing > 0 ? (transform.fill?.[at] ?? 0) : null,
            ...{ indicator: false, clip: null, log: false, quantiles: null },
            center: standard?.mean[at] ?? 0,
            scale: standard?.std[at] ?? divisor,
          },
    );
    at += width;
  }
  return {
    ...card,
    transform: { kind: 'columns', encoders },
    ...(seen && {
      seen: { min: places.map((place) => seen.min[place]!), max: places.map((place) => seen.max[place]!) },
    }),
  };
}
