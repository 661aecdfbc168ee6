// Compares ours with torch in one run: both start with the same weights and batches, their first losses must agree, then they are timed
// alternately, so that other load on the machine affects both.

import { availableParallelism } from 'node:os';
import type { Backend } from '#engine/backends/backend.ts';
import { openOurs } from './ours.ts';
import { openTorch } from './peer.ts';
import type { Workload } from './workloads.ts';

/** A line of --json. Microseconds are medians over the rounds; torch's are null if torch is not installed. */
export interface Row {
  readonly workload: string;
  readonly ours_us: number;
  /** With the thread count that is fastest for it. */
  readonly torch_us: number | null;
  /** torch's time divided by ours, the median over the rounds. */
  readonly ratio: number | null;
  /** FLOPs of our contractions over the time of the whole step. */
  readonly gflops: number;
  readonly threads: number;
  readonly torch_threads: number | null;
  /** torch's version and BLAS library: with the reference BLAS, the ratios are meaningless. */
  readonly torch: string | null;
  readonly first_step_ms: number;
}

/** The number of steps whose losses are compared, and the relative tolerance: both sides round, and Adam divides by values near 0. */
const STEPS = 6;
const TOLERANCE = 2e-3;

export interface Turns {
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * @param python null if torch is not installed
 * @param flops of the contractions in a step
 */
export async function compare(
  workload: Workload,
  backend: Backend,
  python: string | null,
  flops: number,
  turns: Turns,
): Promise<Row> {
  const ours = await openOurs(workload, backend, STEPS);
  const torch = python === null ? null : await openTorch(python, workload, ours.beginning, STEPS);
  try {
    if (torch !== null) mustAgree(workload.name, ours.losses, torch.losses);
    const own: number[] = [];
    const counts = torch === null ? [] : [...new Set([1, availableParallelism()])];
    const theirs = new Map(counts.map((count) => [count, [] as number[]]));
    await ours.time(turns.seconds);
    for (let round = 0; round < turns.rounds; round++) {
      own.push(await ours.time(turns.seconds));
      for (const [count, micros] of theirs) micros.push(await torch!.time(count, turns.seconds));
    }
    const best = [...theirs].sort(([, a], [, b]) => median(a) - median(b))[0] ?? null;
    const micros = median(own);
    return {
      workload: workload.name,
      ours_us: round(micros),
      torch_us: best === null ? null : round(median(best[1])),
      ratio: best === null ? null : round(median(best[1].map((their, i) => their / own[i]!))),
      gflops: round(flops / micros / 1000),
      threads: ours.threads,
      torch_threads: best?.[0] ?? null,
      torch: torch === null ? null : `${torch.version} with ${torch.blas}`,
      first_step_ms: round(ours.firstStepMillis),
    };
  } finally {
    ours.close();
    await torch?.close();
  }
}

/** @throws Error if the first losses differ by more than rounding explains */
export function mustAgree(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const apart = ours.findIndex(
    (loss, i) => !(Math.abs(loss - theirs[i]!) <= TOLERANCE * Math.abs(theirs[i]!)),
  );
  if (apart < 0 && ours.length === theirs.length) return;
  throw new Error(
    `${name}: the losses differ, so nothing is timed. Ours ${ours.join(', ')}; torch ${theirs.join(', ')}`,
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** To three significant digits: more would be noise. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
