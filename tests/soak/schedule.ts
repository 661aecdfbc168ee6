// The schedule of faults: a function of the seed, so that a run can be repeated. (How the processes react is not deterministic: they run at
// their own pace.)

import type { Random } from './random.ts';

export type Queue = 'postgres' | 'redis';
/** Where the larger artifacts are stored. */
export type HomeKind = 'directory' | 's3';

/** Every fault with its duration in seconds, [min, max]; a lease lasts 2 s. */
export const FAULTS = {
  'worker killed': [0.2, 2],
  'trainer killed': [0, 0],
  'API killed': [0.2, 2],
  'worker asked to stop': [0, 0],
  'API asked to stop': [0, 0],
  'worker frozen': [3, 7],
  'API frozen': [1, 4],
  'connections cut': [0, 0],
  'connections half-open': [0, 0],
  'answer lost': [0, 0],
  'listeners terminated': [0, 0],
  'artifacts away': [2, 8],
  'disk of artifacts full': [2, 8],
  'artifacts frozen': [2, 8],
  'Postgres restarted': [0, 1],
  'Postgres killed': [0, 1],
  'Redis flushed': [0, 0],
  'Redis killed': [0.5, 3],
} satisfies Record<string, [number, number]>;
export type FaultKind = keyof typeof FAULTS;

const KINDS = Object.keys(FAULTS) as FaultKind[];
/** These take the whole database down, so they are rarer: everything else stops meanwhile. */
const HEAVY: readonly FaultKind[] = ['Postgres restarted', 'Postgres killed'];

/** Faults of one kind of artifact storage only: a server process can be frozen, a disk can be full. */
const ONLY: Partial<Record<FaultKind, HomeKind>> = {
  'disk of artifacts full': 'directory',
  'artifacts frozen': 's3',
};

export interface Fault {
  atMs: number;
  kind: FaultKind;
  /** Which of the two parts it hits. */
  which: 0 | 1;
  forMs: number;
}

export interface ScheduleOptions {
  ms: number;
  queue: Queue;
  home: HomeKind;
  /** Mean time between faults. */
  everyMs: number;
  kinds?: readonly FaultKind[];
}

export function schedule(
  random: Random,
  { ms, queue, home, everyMs, kinds = KINDS }: ScheduleOptions,
): Fault[] {
  const possible = kinds.filter(
    (kind) => (queue === 'redis' || !kind.startsWith('Redis')) && (ONLY[kind] ?? home) === home,
  );
  const faults: Fault[] = [];
  for (let atMs = everyMs / 2; atMs < ms; atMs += everyMs * (0.4 + 1.2 * random.next())) {
    let kind = random.one(possible);
    if (HEAVY.includes(kind) && random.next() < 0.5) kind = random.one(possible);
    const [from, to] = FAULTS[kind];
    const forMs = 1000 * (from + random.next() * (to - from));
    faults.push({ atMs: Math.round(atMs), kind, which: random.one([0, 1]), forMs: Math.round(forMs) });
  }
  return faults;
}
