// Targets of more than one number: several columns of numbers or booleans, or one column of label sets such as `sea;sun`.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { LIMITS } from '#contracts/limits.ts';
import { booleanOf, booleanWords } from '../formats/booleans.ts';
import type { ReadNumber } from '../formats/cell.ts';
import { TargetRange } from '../range.ts';
import { NumberBlocks } from '../rows/number-blocks.ts';

type Target = Omit<DatasetInfo['target'], 'name'>;

export interface ReadTargets {
  /** @param refuse called with the place of a bad cell and the reason */
  push(cells: readonly string[], line: number, refuse: (place: number, why: string) => void): void;
  /** Why the targets are unusable, or null. */
  problem(): string | null;
  take(): Promise<{ target: Target; targets: Float64Array }>;
}

export function severalNumbers(names: readonly string[], read: ReadNumber): ReadTargets {
  const values = new NumberBlocks();
  const range = new TargetRange();
  return {
    push(cells, line, refuse) {
      for (const [place, cell] of cells.entries()) {
        const number = read(cell);
        const value = typeof number === 'number' ? number : booleanOf(cell, booleanWords([cell]) ?? []);
        if (value === null) {
          const why =
            cell === ''
              ? 'the cell is empty'
              : `${JSON.stringify(cell.slice(0, 40))} is neither a number nor a boolean, which each of several targets must be`;
          refuse(place, why);
        } else range.add(value, line);
        values.push(value ?? Number.NaN);
      }
    },
    problem: () => null,
    async take() {
      const target = { kind: 'numbers' as const, shape: [names.length], columns: [...names], labels: null };
      return { target: { ...target, ...range.info() }, targets: await values.take() };
    },
  };
}

/** Separates the labels in a cell. */
const BETWEEN = /[;|]/;

export function labelsColumn(): ReadTargets {
  const codes = new Map<string, number>();
  /** The label codes of each row. */
  const rows: number[][] = [];
  return {
    push([cell = '']) {
      const labels = new Set(cell.split(BETWEEN).map((label) => label.trim()));
      labels.delete('');
      const own = [...labels].map((label) => {
        const code = codes.get(label) ?? codes.size;
        codes.set(label, code);
        return code;
      });
      rows.push(own);
    },
    problem() {
      if (codes.size === 0) return 'contains no labels';
      return codes.size > LIMITS.classes
        ? `contains ${codes.size} different labels, the limit is ${LIMITS.classes}`
        : null;
    },
    async take() {
      const seen = [...codes.keys()];
      const names = seen.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      const rank = new Map(names.map((name, i) => [name, i]));
      const places = seen.map((label) => rank.get(label)!);
      const targets = new Float64Array(rows.length * names.length);
      for (const [row, own] of rows.entries())
        for (const code of own) targets[row * names.length + places[code]!] = 1;
      const target = { kind: 'numbers' as const, shape: [names.length], columns: names, labels: null };
      const range = new TargetRange();
      for (let i = 0; i < targets.length; i++) range.add(targets[i]!, Math.floor(i / names.length));
      const { min, max, integral } = range.info();
      return { target: { ...target, min, max, integral }, targets };
    },
  };
}
