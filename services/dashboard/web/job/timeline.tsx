// A job's attempts and checkpoints, along its epochs.

import type { Job } from '#contracts/jobs/job-api.ts';
import { bytes } from '../format.ts';
import type { History } from '../history.ts';
import { Card } from '../parts/card.tsx';

const SHOWN = 6;

export function Timeline({ job, history }: { job: Job; history: History }) {
  if (history.checkpoints.length === 0 && history.attempts.length < 2) return null;
  const at = (epoch: number) => 4 + (92 * epoch) / Math.max(1, job.progress.epochs);
  return (
    <Card title="Attempts and checkpoints">
      <svg
        class="timeline"
        viewBox="0 0 100 10"
        preserveAspectRatio="none"
        role="img"
        aria-label="Along the epochs"
      >
        <rect x="4" y="4" width="92" height="2" rx="1" fill="var(--sunken)" />
        <rect x="4" y="4" width={at(job.progress.epoch) - 4} height="2" rx="1" fill="var(--series-1)" />
        {history.checkpoints.map((it) => (
          <rect
            key={`${it.attempt}-${it.step}`}
            x={at(it.epoch) - 0.3}
            y="2"
            width="0.6"
            height="6"
            fill="var(--series-3)"
          />
        ))}
        {history.attempts.slice(1).map((it) => (
          <rect
            key={it.attempt}
            x={at(it.epoch) - 0.3}
            y="0"
            width="0.6"
            height="10"
            fill="var(--series-2)"
          />
        ))}
      </svg>
      <ul class="plain small">
        {history.attempts.slice(1).map((it) => (
          <li key={it.attempt}>
            <span class="swatch" style={{ background: 'var(--series-2)' }} /> Attempt {it.attempt} started
            after epoch {it.epoch}
          </li>
        ))}
        {history.checkpoints.slice(-SHOWN).map((it) => (
          <li key={`${it.attempt}-${it.step}`}>
            <span class="swatch" style={{ background: 'var(--series-3)' }} /> Checkpoint after epoch{' '}
            {it.epoch} ({bytes(it.bytes)})
          </li>
        ))}
      </ul>
    </Card>
  );
}
