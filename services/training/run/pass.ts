// One pass over a set of rows, batch by batch: the number of steps, the entry that each one runs, and how the records of the steps add up.
// Validation, the program and the loop all follow it.

/** One pass over some rows: full batches, then possibly a shorter one. */
export interface Pass {
  readonly batch: number;
  readonly whole: number;
  /** Rows of the last, short batch; 0 if there is none. */
  readonly tail: number;
  readonly steps: number;
  /** Rows visited. */
  readonly rows: number;
}

export function passOver(rows: number, batch: number, dropLast: boolean): Pass {
  const whole = Math.floor(rows / batch);
  const tail = dropLast ? 0 : rows % batch;
  return { batch, whole, tail, steps: whole + (tail > 0 ? 1 : 0), rows: whole * batch + tail };
}

/** Weight updates in one pass: one per `group` batches, and one for the remainder. */
export function updatesOf(pass: Pass, group: number): number {
  return Math.ceil(pass.steps / group);
}

export interface Run {
  readonly entry: string;
  /** Rows per batch. */
  readonly rows: number;
  readonly steps: number;
  /** Number of batches accumulated into the update that these batches belong to. */
  readonly group: number;
  /** Updates made by these steps: one each, or none if they only accumulate gradients. */
  readonly updates: number;
}

/**
 * The next steps of one entry, at most `most`: full batches, or the short one at the end. With gradient accumulation (`group` > 1), all but
 * the last batch of a group only add to its gradient.
 */
export function nextRun(
  name: 'train' | 'evaluate' | 'test',
  pass: Pass,
  position: number,
  most: number,
  group = 1,
): Run {
  const begin = position - (position % group);
  const last = Math.min(begin + group, pass.steps) - 1;
  const own = last + 1 - begin;
  if (position >= pass.whole) {
    return { entry: `${name}-tail`, rows: pass.tail, steps: 1, group: own, updates: 1 };
  }
  const rows = pass.batch;
  if (group === 1) {
    const steps = Math.min(most, pass.whole - position);
    return { entry: name, rows, steps, group: 1, updates: steps };
  }
  if (position === last) return { entry: name, rows, steps: 1, group: own, updates: 1 };
  return { entry: `${name}-add`, rows, steps: Math.min(most, last - position), group: own, updates: 0 };
}

/** Rows visited by the first `steps` steps of a pass. */
export function rowsOf(pass: Pass, steps: number): number {
  return Math.min(steps * pass.batch, pass.rows);
}

/**
 * Adds the records [steps, numbers] of batches of `rows` rows to the sums. The loss, the first number, is weighted by the rows.
 * @returns the number of steps added if it stopped at a non-finite loss, else null
 */
export function accumulate(
  sums: number[],
  records: Float32Array,
  steps: number,
  rows: number,
): number | null {
  const width = records.length / steps;
  for (let i = 0; i < width; i++) sums[i] ??= 0;
  for (let step = 0; step < steps; step++) {
    const loss = records[step * width]!;
    sums[0]! += loss * rows;
    for (let i = 1; i < width; i++) sums[i]! += records[step * width + i]!;
    if (!Number.isFinite(loss)) return step + 1;
  }
  return null;
}
