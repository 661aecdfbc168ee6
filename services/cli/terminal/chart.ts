// A curve in characters: braille dots, two across and four down in each.

const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** Plots the finite `values` from left to right, labeled with the highest and the lowest. No lines if there are fewer than two. */
export function drawCurve(values: readonly number[], { width = 60, height = 8 } = {}): string[] {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return [];
  const high = Math.max(...finite);
  const low = Math.min(...finite);
  const [columns, rows] = [width * 2, height * 4];
  const cells = Array.from({ length: height }, () => new Uint8Array(width));

  const dot = (x: number, y: number) => {
    const row = cells[Math.floor(y / 4)]!;
    row[Math.floor(x / 2)]! |= DOTS[x % 2]![y % 4]!;
  };
  const rowOf = (value: number) =>
    high === low ? rows - 1 : Math.round(((high - value) / (high - low)) * (rows - 1));
  let before: number | null = null;
  for (let x = 0; x < columns; x++) {
    const at = (x / (columns - 1)) * (finite.length - 1);
    const [left, right] = [finite[Math.floor(at)]!, finite[Math.ceil(at)]!];
    const y = rowOf(left + (right - left) * (at % 1));
    // Fill steep segments, so that the curve is connected.
    for (let step = Math.min(before ?? y, y); step <= Math.max(before ?? y, y); step++) dot(x, step);
    before = y;
  }
  return cells.map((row, i) => {
    const label = i === 0 ? high.toPrecision(4) : i === height - 1 ? low.toPrecision(4) : '';
    return `${label.padStart(10)} ┤${String.fromCharCode(...Array.from(row, (bits) => 0x2800 + bits))}`;
  });
}
