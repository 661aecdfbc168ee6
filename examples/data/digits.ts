// Synthetic handwritten digits: ten glyphs, drawn below and rendered as 1 × 14 × 14 images, randomly shifted, stretched, slanted and noisy.

import { type Random, random } from './random.ts';
import { rounded, type Split, split } from './table.ts';

export const SIZE = 14;
const [WIDTH, HEIGHT] = [5, 7];

const GLYPHS = [
  ' ### #   ##   ##   ##   ##   # ### ',
  '  #   ##  # #    #    #    #  #####',
  ' ### #   #    #   #   #   #   #####',
  ' ### #   #    #  ##     ##   # ### ',
  '   #   ##  # # #  # #####   #    # ',
  '######    #### #   #    ##   # ### ',
  ' ### #    #    #### #   ##   # ### ',
  '#####    #   #   #   #    #    #   ',
  ' ### #   ##   # ### #   ##   # ### ',
  ' ### #   ##   # ####    #    # ### ',
] as const;

/** The ink at a position between a glyph's dots, interpolated from the four around it. */
function ink(glyph: string, x: number, y: number): number {
  const dot = (column: number, row: number) =>
    column >= 0 && column < WIDTH && row >= 0 && row < HEIGHT && glyph[row * WIDTH + column] === '#' ? 1 : 0;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  return (
    (1 - below) * ((1 - right) * dot(left, top) + right * dot(left + 1, top)) +
    below * ((1 - right) * dot(left, top + 1) + right * dot(left + 1, top + 1))
  );
}

/** [1, 14, 14]: one channel, where 0 is paper and 1 is ink. */
export function drawDigit(digit: number, { uniform, normal }: Random): number[][][] {
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const [wide, high, slant] = [between(1.3, 2), between(1.2, 1.7), between(-0.3, 0.3)];
  const [right, down] = [between(-1.5, 1.5), between(-1, 1)];
  const image = Array.from({ length: SIZE }, (_, row) =>
    Array.from({ length: SIZE }, (_, column) => {
      const y = (row - (SIZE - 1) / 2 - down) / high;
      const x = (column - (SIZE - 1) / 2 - right) / wide + slant * y;
      const clean = ink(GLYPHS[digit]!, x + (WIDTH - 1) / 2, y + (HEIGHT - 1) / 2);
      return rounded(Math.min(1, Math.max(0, clean + 0.15 * normal())));
    }),
  );
  return [image];
}

export function makeDigits(count: number, unseen: number): Split<number[][][], number> {
  const source = random(7);
  return split(count, unseen, (i) => [drawDigit(i % 10, source), i % 10]);
}

/** For a terminal: two rows of the image per line of text. */
export function inCharacters([image]: number[][][]): string[] {
  return Array.from({ length: SIZE / 2 }, (_, line) =>
    Array.from({ length: SIZE }, (_, column) => {
      const [upper, lower] = [image![2 * line]![column]! > 0.5, image![2 * line + 1]![column]! > 0.5];
      return upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }).join(''),
  );
}
