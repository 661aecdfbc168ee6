// Names of rows and series in messages.

import type { Column } from '#contracts/datasets/dataset.ts';
import type { TimeAxis } from '#contracts/training/series.ts';
import { wordsAt } from './time.ts';

const MOST = 5;

/** "a", "b", … and 12 more */
export function listed(names: readonly string[], most = MOST): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

export function formatTime(axis: TimeAxis | null, position: number): string {
  if (axis === null || Number.isNaN(position)) return '';
  return Object.values(wordsAt(axis, position)).join(' ');
}

/** The value of an id column as shown to users. */
export function idWord({ type, categories = [] }: Column, raw: number): string {
  return type === 'number' ? String(raw) : (categories[raw] ?? String(raw));
}
