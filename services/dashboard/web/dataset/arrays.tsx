// Statistics of an array dataset over all elements of all samples; for images, also the mean and standard deviation of every pixel.

import type { ArrayStats } from '#contracts/datasets/dataset-stats.ts';
import { measure, percent, shape } from '../format.ts';
import { Card, Stat } from '../parts/card.tsx';
import { Histogram } from './histogram.tsx';
import { imageShape, Thumbnail } from './images.tsx';

export function Arrays({ title, stats }: { title: string; stats: ArrayStats }) {
  const { min, max, mean, std, zeros, histogram } = stats;
  return (
    <Card title={title} actions={<span class="muted small">a sample is {shape(stats.shape)}</span>}>
      {histogram !== null && <Histogram histogram={histogram} name={title} />}
      <dl class="stats" style={{ margin: 0 }}>
        <Stat name="Min" value={measure(min ?? undefined)} />
        <Stat name="Max" value={measure(max ?? undefined)} />
        <Stat name="Mean" value={measure(mean ?? undefined)} />
        <Stat name="Std" value={measure(std ?? undefined)} />
        <Stat name="Zeros" value={percent(zeros)} />
      </dl>
      <Together stats={stats} />
    </Card>
  );
}

/** Mean and standard deviation of every pixel over all samples. */
function Together({ stats: { shape: sizes, each } }: { stats: ArrayStats }) {
  const image = imageShape(sizes);
  if (image === null || each === null) return null;
  return (
    <div class="thumbnails">
      {(['mean', 'std'] as const).map((figure) => (
        <figure key={figure}>
          <Thumbnail
            values={each[figure]}
            shape={image}
            low={Math.min(...each[figure])}
            high={Math.max(...each[figure])}
            name={figure === 'mean' ? 'Mean of every pixel' : 'Standard deviation of every pixel'}
          />
          <figcaption>{figure}</figcaption>
        </figure>
      ))}
    </div>
  );
}
