// Maps values to colors: a diverging palette with the page's background in the middle.

export type Palette = readonly [negative: Rgb, middle: Rgb, positive: Rgb];
type Rgb = readonly [number, number, number];

export function palette(dark: boolean): Palette {
  return dark
    ? [
        [240, 149, 74],
        [30, 36, 46],
        [91, 149, 245],
      ]
    : [
        [226, 128, 42],
        [244, 245, 248],
        [52, 110, 214],
      ];
}

/** Paints [side × side] values, clipped to [-1, 1], reading every `stride`-th value from `offset`. */
export function paint(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  {
    side,
    stride = 1,
    offset = 0,
    colours,
  }: { side: number; stride?: number; offset?: number; colours: Palette },
  map: (value: number) => number = (value) => value,
): void {
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(side, side);
  const [negative, middle, positive] = colours;
  for (let i = 0; i < side * side; i++) {
    const value = Math.max(-1, Math.min(1, map(values[i * stride + offset]!)));
    const end = value < 0 ? negative : positive;
    const share = Math.abs(value);
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = middle[c]! + share * (end[c]! - middle[c]!);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
