// A canvas to draw an image on, downsampled by averaging to the network's input size.

import { useRef } from 'preact/hooks';
import type { ImageShape } from '../dataset/images.tsx';

const SIDE = 280;

/** [height × width]; 0 is paper and 1 is ink. */
function inkOf(canvas: HTMLCanvasElement, height: number, width: number): number[] {
  const small = document.createElement('canvas');
  [small.width, small.height] = [width, height];
  const context = small.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Array.from({ length: height * width }, (_, i) => Math.round((1000 * data[4 * i]!) / 255) / 1000);
}

export function DrawCanvas(props: {
  shape: ImageShape;
  low: number;
  high: number;
  onDrawn(image: number[][][]): void;
}) {
  const { shape, low, high, onDrawn } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<{ x: number; y: number } | null>(null);

  const at = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * SIDE) / box.width,
      y: ((event.clientY - box.top) * SIDE) / box.height,
    };
  };
  const tell = () => {
    const { channels, height, width } = shape;
    const ink = inkOf(canvas.current!, height, width).map((value) => low + value * (high - low));
    const rows = Array.from({ length: height }, (_, y) => ink.slice(y * width, (y + 1) * width));
    onDrawn(Array.from({ length: channels }, () => rows));
  };
  const draw = (event: PointerEvent) => {
    if (last.current === null) return;
    const to = at(event);
    const context = canvas.current!.getContext('2d')!;
    context.strokeStyle = '#fff';
    context.lineWidth = 1.6 * (SIDE / shape.width);
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(last.current.x, last.current.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
    last.current = to;
  };
  const end = () => {
    if (last.current === null) return;
    last.current = null;
    tell();
  };
  const clear = () => {
    canvas.current!.getContext('2d')!.clearRect(0, 0, SIDE, SIDE);
    tell();
  };
  return (
    <div class="stack">
      <canvas
        ref={canvas}
        class="draw"
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label="Draw here"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          last.current = at(event);
          draw(event);
        }}
        onPointerMove={draw}
        onPointerUp={end}
        onPointerCancel={end}
      />
      <div class="row">
        <button type="button" onClick={clear}>
          Clear
        </button>
      </div>
    </div>
  );
}
