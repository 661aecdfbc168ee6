// The prediction for one row: class probabilities as bars, or the output numbers.

import type { Prediction } from '#contracts/jobs/job-api.ts';
import { measure, percent } from '../format.ts';
import { Meter } from '../parts/meter.tsx';

const SHOWN = 12;

export function Answer({ prediction, labels }: { prediction: Prediction; labels: readonly string[] | null }) {
  const { probabilities, output, label, class: index, values = {}, labels: likely } = prediction;
  const names = labels ?? Object.keys(values);
  const flat = (probabilities ?? []).map(Number);
  if (flat.length === 0 || !flat.every(Number.isFinite)) {
    return (
      <p style={{ fontSize: '26px', fontWeight: 600 }}>
        {[output]
          .flat(9)
          .slice(0, 20)
          .map((value, i) => `${names[i] === undefined ? '' : `${names[i]} `}${measure(value as number)}`)
          .join(', ')}
      </p>
    );
  }
  const ranked = flat.map((share, i) => ({ share, i })).sort((a, b) => b.share - a.share);
  const shown = flat.length > SHOWN ? ranked.slice(0, SHOWN) : ranked.toSorted((a, b) => a.i - b.i);
  return (
    <div class="stack" style={{ gap: '8px' }} aria-live="polite">
      <p style={{ fontSize: '26px', fontWeight: 600 }}>
        {label ?? (likely === undefined ? String(index) : likely.join(', ') || 'none')}
      </p>
      {shown.map(({ share, i }) => (
        <Meter
          key={i}
          name={names[i] ?? String(i)}
          share={share}
          value={percent(share)}
          top={likely === undefined ? i === index : likely.includes(names[i] ?? '')}
        />
      ))}
    </div>
  );
}

/** A prediction as the text of a table cell. */
export function inShort({ label, labels, class: index, output }: Prediction): string {
  if (label !== undefined) return label;
  if (labels !== undefined) return labels.join(', ') || 'none';
  if (typeof index === 'number') return String(index);
  return [output]
    .flat(9)
    .slice(0, 4)
    .map((value) => measure(value as number))
    .join(', ');
}
