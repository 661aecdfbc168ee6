// Aligns rows in columns.

/** @param rows as many cells as headings; numbers are right-aligned */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const texts = [headings, ...rows].map((row) => row.map(String));
  const widths = headings.map((_, i) => Math.max(...texts.map((row) => row[i]?.length ?? 0)));
  return texts.map((row, r) =>
    row
      .map((text, i) =>
        r > 0 && typeof rows[r - 1]![i] === 'number' ? text.padStart(widths[i]!) : text.padEnd(widths[i]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
