// The behaviors that a fake trainer can be given.

/** Indexed by the seed of the job's spec. */
export const BEHAVIOURS = [
  'trains',
  'never ends',
  'ignores cancel',
  'crashes',
  'diverges',
  'is invalid',
  'trains slowly',
  'stops early',
  'runs out of time',
  'loses its device',
  'is too large for its device',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];
