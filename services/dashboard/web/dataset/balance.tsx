// Class balance: the number of samples per class over the whole dataset.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import { count, percent } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Meter } from '../parts/meter.tsx';

/** Integers count as classes if there are at most this many distinct values. */
const MOST_CLASSES = 100;

export function Balance({ dataset, stats }: { dataset: Dataset; stats: DatasetStats }) {
  const { target, samples } = stats;
  const { kind, integral } = dataset.target;
  if (target === null || target.frequent.length === 0 || (target.distinct ?? 0) > MOST_CLASSES) return null;
  if (kind !== 'classes' && !integral) return null;
  const most = target.frequent[0]!.count;
  const others = (target.distinct ?? 0) - target.frequent.length;
  const name = (value: string | number) => dataset.target.labels?.[Number(value)] ?? String(value);
  return (
    <Card title="Class balance" actions={<span class="muted small">of all {count(samples)} samples</span>}>
      {target.frequent.map(({ value, count: n }) => (
        <Meter
          key={value}
          name={typeof value === 'number' ? name(value) : value}
          share={n / most}
          value={percent(n / samples)}
          title={count(n)}
        />
      ))}
      {others > 0 && <p class="muted small">and {count(others)} classes with fewer samples</p>}
    </Card>
  );
}
