// Shifts the hue of an image like torchvision's adjust_hue: red, green and blue to hue, saturation and value (Smith, "Color Gamut
// Transform Pairs", 1978), the hue shifted, and back.

import type { Picture } from './augmentation.ts';

/** @param turn fraction of the hue circle, −0.5 … 0.5; values outside 0 … white are clamped */
export function turnHue({ pixels, shape, white }: Picture, turn: number): void {
  const area = shape[1] * shape[2];
  for (let i = 0; i < area; i++) {
    const [r, g, b] = [i, area + i, 2 * area + i].map((at) =>
      Math.min(Math.max(pixels[at]! / white, 0), 1),
    ) as [number, number, number];
    const value = Math.max(r, g, b);
    const range = value - Math.min(r, g, b);
    const hue = (((hueOf(r, g, b, value, range) / 6 + turn) % 1) + 1) % 1;
    const saturation = value === 0 ? 0 : range / value;
    const sector = Math.floor(hue * 6);
    const rest = hue * 6 - sector;
    const low = value * (1 - saturation);
    const falling = value * (1 - saturation * rest);
    const rising = value * (1 - saturation * (1 - rest));
    const turned = [
      [value, rising, low],
      [falling, value, low],
      [low, value, rising],
      [low, falling, value],
      [rising, low, value],
      [value, low, falling],
    ][sector % 6]!;
    for (let c = 0; c < 3; c++) pixels[c * area + i] = turned[c]! * white;
  }
}

/** In sixths of the hue circle, −1 … 5; red is 0, green 2, blue 4. */
function hueOf(r: number, g: number, b: number, value: number, range: number): number {
  if (range === 0) return 0;
  if (value === r) return (g - b) / range;
  return value === g ? 2 + (b - r) / range : 4 + (r - g) / range;
}
