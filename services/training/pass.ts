// One pass over some rows, batch by batch: how many steps it takes, which entry each one runs, and how the steps'
// records add up. Validation counts with it, the program is built from it, the loop walks along it.

/** One pass over some rows in batches: whole ones, then one that is shorter. */
export interface Pass {
  readonly batch: number;
  readonly whole: number;
  /** Rows of the last, short batch; 0 where there is none. */
  readonly tail: number;
  readonly steps: number;
  /** Rows that are visited. */
  readonly rows: number;
}

export function passOver(rows: number, batch: number, dropLast: boolean): Pass {
  const whole = Math.floor(rows / batch);
  const tail = dropLast ? 0 : rows % batch;
  return { batch, whole, tail, steps: whole + (tail > 0 ? 1 : 0), rows: whole * batch + tail };
}

/** The next steps of one entry: whole batches, at most `most` of them, or the short one at the end. */
export function nextRun(name: 'train' | 'evaluate', pass: Pass, position: number, most: number) {
  if (position >= pass.whole) return { entry: `${name}-tail`, rows: pass.tail, steps: 1 };
  return { entry: name, rows: pass.batch, steps: Math.min(most, pass.whole - position) };
}

/** Rows that the first `steps` steps of a pass visit. */
export function rowsOf(pass: Pass, steps: number): number {
  return Math.min(steps * pass.batch, pass.rows);
}

/**
 * Adds the records [steps, 1 + metrics] of batches of `rows` to the sums; a loss counts once for every row.
 * @returns how many steps were added, where the last of them has a loss that is not finite; else null
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
