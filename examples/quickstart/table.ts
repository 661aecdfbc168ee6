// Splits the user's file in two: the rows to upload, and a few that the network never sees, to predict at the end.

import { parse } from 'csv-parse/sync';
import { detectDialect } from '#training/data/formats/dialect.ts';

export interface UnseenRow {
  /** The line number in the file; the header is line 1. */
  line: number;
  cells: Record<string, string>;
}

export interface Parts {
  upload: Buffer;
  unseen: UnseenRow[];
}

interface Raw {
  raw: string;
  info: { lines: number };
  record: string[];
}

function parseRaw(file: Buffer): Raw[] | null {
  const options = {
    bom: true,
    delimiter: detectDialect(file.subarray(0, 64 * 1024).toString(), {}, false).delimiter,
    trim: true,
    skip_empty_lines: true,
  } as const;
  try {
    return parse(file, { ...options, raw: true, info: true }) as unknown as Raw[];
  } catch {
    return null;
  }
}

/** Removes `count` evenly spaced rows. A file that is small or not a CSV is left whole, for the service to judge. */
export function holdOut(file: Buffer, count: number): Parts {
  const [header, ...rows] = parseRaw(file) ?? [];
  if (header === undefined || rows.length < count * 10) return { upload: file, unseen: [] };
  const chosen = new Set(
    Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * rows.length) / count)),
  );
  const kept = rows.filter((_, i) => !chosen.has(i));
  const unseen = rows
    .filter((_, i) => chosen.has(i))
    .map(({ info, record }) => ({
      line: info.lines,
      cells: Object.fromEntries(record.map((cell, i) => [header.record[i] ?? '', cell])),
    }));
  // csv-parse's `raw` may contain all, part or none of the line ending.
  const lines = [header, ...kept].map((row) => row.raw.replace(/^[\r\n]+|[\r\n]+$/g, ''));
  return { upload: Buffer.from(lines.join('\n')), unseen };
}
