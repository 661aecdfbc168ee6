import type { Histogram as Bins } from '#contracts/datasets/dataset-stats.ts';
import { count, measure } from '../format.ts';

/** Bars of equal width; hovering shows a bar's range and count. */
export function Histogram({ histogram, name }: { histogram: Bins; name: string }) {
  const { edges, counts } = histogram;
  const most = Math.max(...counts, 1);
  const range = `${measure(edges[0])} to ${measure(edges.at(-1))}`;
  return (
    <div class="histogram" role="img" aria-label={`Distribution of ${name}, ${range}`}>
      {counts.map((n, i) => (
        <i
          key={i}
          style={{ height: `${(100 * n) / most}%` }}
          title={`${measure(edges[i])} to ${measure(edges[i + 1])}: ${count(n)}`}
        />
      ))}
    </div>
  );
}
