// What can be said of a column by the rows that are shown.

export interface NumberColumn {
  readonly kind: 'numbers';
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** How many values lie in each of equal parts from min to max. */
  readonly bins: readonly number[];
}

export interface TextColumn {
  readonly kind: 'text';
  /** The commonest first. */
  readonly counts: readonly (readonly [value: string, count: number])[];
}

const BINS = 16;

export function statisticsOf(values: readonly (string | number)[]): NumberColumn | TextColumn | null {
  if (values.length === 0) return null;
  const numbers = values.map(Number);
  if (values.some((value) => value === '') || !numbers.every(Number.isFinite)) {
    const groups = Map.groupBy(values, String);
    const counts = [...groups].map(([value, { length }]) => [value, length] as const);
    return { kind: 'text', counts: counts.sort((a, b) => b[1] - a[1]) };
  }
  const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  const bins = new Array<number>(BINS).fill(0);
  for (const value of numbers) {
    bins[Math.min(BINS - 1, Math.floor((BINS * (value - min)) / (max - min || 1)))]! += 1;
  }
  return { kind: 'numbers', min, max, mean, std: Math.sqrt(variance), bins };
}
