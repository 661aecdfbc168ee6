// The network's output over the whole square, with the training points on top.

import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../theme.ts';
import { REACH, SIDE } from './grid.ts';
import { paint, palette } from './paint.ts';
import type { Points } from './problems.ts';

const SIZE = 300;

export function Surface(props: { values: Float32Array | null; points: Points; classes: boolean }) {
  const { values, points, classes } = props;
  const picture = useRef<HTMLCanvasElement>(null);
  const dots = useRef<HTMLCanvasElement>(null);
  const dark = theme() === 'dark';
  useEffect(() => {
    if (values === null || values.length !== SIDE * SIDE) return;
    const map = classes ? (logit: number) => Math.tanh(logit / 2) : undefined;
    paint(picture.current!, values, { side: SIDE, colours: palette(dark) }, map);
  });
  useEffect(() => {
    const context = dots.current!.getContext('2d')!;
    context.clearRect(0, 0, 2 * SIZE, 2 * SIZE);
    const [negative, middle, positive] = palette(dark);
    for (const [i, target] of points.targets.entries()) {
      const value = classes ? 2 * target - 1 : Math.max(-1, Math.min(1, target));
      const end = value < 0 ? negative : positive;
      const mixed = middle.map((from, c) => from + Math.abs(value) * (end[c]! - from));
      context.fillStyle = `rgb(${mixed.map(Math.round).join(' ')})`;
      context.strokeStyle = dark ? '#0e1116' : '#ffffff';
      context.lineWidth = 2;
      context.beginPath();
      const at = (v: number) => (SIZE * (v + REACH)) / REACH;
      context.arc(at(points.x[i]!), 2 * SIZE - at(points.y[i]!), 7, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }, [points, classes, dark]);
  return (
    <div class="surface">
      <canvas
        ref={picture}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label="The network's output over the whole plane"
      />
      <canvas ref={dots} width={2 * SIZE} height={2 * SIZE} role="img" aria-label="The points" />
    </div>
  );
}
