// Image samples drawn as images: [height, width], or [channels, height, width] with one or three channels.

import { useEffect, useRef } from 'preact/hooks';
import type { Dataset, Preview } from '#contracts/datasets/dataset.ts';
import { Card } from '../parts/card.tsx';

const SHOWN = 40;

export interface ImageShape {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
}

/** Null if samples of this shape are not images. */
export function imageShape(shape: readonly number[]): ImageShape | null {
  const sizes = shape.length === 2 ? [1, ...shape] : shape;
  const [channels, height, width] = sizes as [number, number, number];
  if (sizes.length !== 3 || (channels !== 1 && channels !== 3)) return null;
  return height >= 8 && width >= 8 ? { channels, height, width } : null;
}

export function Thumbnail(props: {
  values: readonly number[];
  shape: ImageShape;
  low: number;
  high: number;
  name: string;
}) {
  const { values, shape, low, high, name } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const { channels, height, width } = shape;
    const image = context.createImageData(width, height);
    for (let i = 0; i < height * width; i++) {
      for (let c = 0; c < 3; c++) {
        const value = values[(channels === 3 ? c * height * width : 0) + i]!;
        image.data[4 * i + c] = (255 * (value - low)) / (high - low || 1);
      }
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [values, shape, low, high]);
  return (
    <canvas
      ref={canvas}
      class="thumbnail"
      width={shape.width}
      height={shape.height}
      role="img"
      aria-label={name}
    />
  );
}

export function Images({ dataset, preview }: { dataset: Dataset; preview: Preview }) {
  const shape = imageShape(dataset.input_shape);
  // The preview of a dataset of image files always holds pictures, whatever their size.
  if (shape === null && dataset.images === undefined) return null;
  const { min, max } = dataset.input_range;
  const label = (cell: unknown) => dataset.target.labels?.[Number(cell)] ?? String(cell);
  return (
    <Card
      title="Images"
      actions={<span class="muted small">the first {Math.min(SHOWN, preview.rows.length)}</span>}
    >
      <div class="thumbnails">
        {preview.rows.slice(0, SHOWN).map(([input, target, file], i) => (
          <figure key={i}>
            {typeof input === 'string' ? (
              <img
                class="thumbnail"
                src={input}
                alt={String(file ?? `Sample ${i + 1}`)}
                title={String(file ?? '')}
              />
            ) : (
              <Thumbnail
                values={(input as unknown[]).flat(3) as number[]}
                shape={shape!}
                low={min}
                high={max}
                name={`Sample ${i + 1}`}
              />
            )}
            <figcaption>{label(target)}</figcaption>
          </figure>
        ))}
      </div>
    </Card>
  );
}
