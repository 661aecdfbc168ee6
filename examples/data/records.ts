// Writes records as a CSV.

type Cell = string | number | null;

/** One row per record; null becomes an empty cell. */
export function csvOf(records: readonly Readonly<Record<string, Cell>>[]): string {
  const names = Object.keys(records[0] ?? {});
  const cell = (value: Cell | undefined) => {
    const text = String(value ?? '');
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = records.map((record) => names.map((name) => cell(record[name])).join(','));
  return `${[names.map(cell).join(','), ...rows].join('\n')}\n`;
}
