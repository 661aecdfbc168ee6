// Targets of arrays given as text: class names, numbered in sorted order as in a table's target column; or numbers written as text.

import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { isStorable, NOT_STORABLE } from '#contracts/text.ts';
import { cellNumber } from '../formats/cell.ts';
import { MAX_DETAILS } from '../formats/flatten.ts';

const MAX_LABEL = 200;

export interface Labelled {
  /** Null if the texts are numbers. */
  readonly labels: string[] | null;
  readonly values: Float64Array;
}

/** Whether the targets are text; the first one decides. */
export function areTexts(targets: readonly unknown[]): boolean {
  return typeof targets[0] === 'string';
}

export function readLabels(
  targets: readonly unknown[],
  path: string,
): { details: Detail[]; value: Labelled | null } {
  const details: Detail[] = [];
  for (const [i, target] of targets.entries()) {
    if (details.length >= MAX_DETAILS) break;
    const problem = problemOf(target);
    if (problem !== null) details.push({ param: `${path}[${i}]`, code: 'not_a_label', message: problem });
  }
  if (details.length > 0) return { details, value: null };
  const texts = targets as readonly string[];
  const numbers = texts.map((text) => cellNumber(text.trim()));
  if (numbers.every((number) => typeof number === 'number')) {
    return { details, value: { labels: null, values: Float64Array.from(numbers) } };
  }
  const labels = [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (labels.length > LIMITS.classes) {
    const message = `${labels.length} different texts, the limit is ${LIMITS.classes} classes`;
    return { details: [{ param: path, code: 'too_many_classes', message }], value: null };
  }
  const classOf = new Map(labels.map((label, i) => [label, i]));
  return { details, value: { labels, values: Float64Array.from(texts, (text) => classOf.get(text)!) } };
}

function problemOf(target: unknown): string | null {
  if (typeof target !== 'string') {
    return `${target === null ? 'null' : typeof target} but the first target is text: targets must be all text or all numbers`;
  }
  if (target === '') return 'an empty text where a label is expected';
  if (target.length > MAX_LABEL)
    return `a label may have ${MAX_LABEL} characters, but this one has ${target.length}`;
  return isStorable(target) ? null : NOT_STORABLE;
}
