// The dashboard's own calculations, on worked examples.

import { describe, expect, test } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import { differences } from '../../services/dashboard/web/compare/differences.ts';
import { addEvent, emptyHistory, historyOf } from '../../services/dashboard/web/history.ts';
import { smooth } from '../../services/dashboard/web/job/smooth.ts';
import { readCsv } from '../../services/dashboard/web/predict/csv.ts';

describe('smoothing', () => {
  test('begins at the first value, preserves a constant, and keeps gaps', () => {
    expect(smooth([4, 4, null, 4], 0.9)).toEqual([4, expect.closeTo(4), null, expect.closeTo(4)]);
    // Bias-corrected: (0.25·2 + 0.5·4) / 0.75
    expect(smooth([2, 4], 0.5)).toEqual([2, expect.closeTo(10 / 3)]);
  });

  test('with weight 0 changes nothing', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
  });
});

test('requests differ in values that are not all equal, or missing in some', () => {
  const [a, b] = [
    { lr: 1, layers: [{ n: 3 }], x: 0 },
    { lr: 1, layers: [{ n: 4 }] },
  ];
  expect(differences([a, b])).toEqual([
    ['layers[0].n', ['3', '4']],
    ['x', ['0', '–']],
  ]);
});

test('CSV cells may contain quoted delimiters, line breaks and quotes', () => {
  expect(readCsv('\uFEFFa;b\r\n"1;2";"say ""x""\nhere"\r\n3;4')).toEqual([
    { a: '1;2', b: 'say "x"\nhere' },
    { a: '3', b: '4' },
  ]);
});

describe('the history of a job', () => {
  let seq = 0;
  const envelope = (attempt: number) => {
    seq += 1;
    return { id: `evt_${seq}`, object: 'job.event', job_id: 'job_x', seq, ts: 1_000 * seq, attempt } as const;
  };
  const epoch = (attempt: number, number: number, metrics: Record<string, number>): JobEvent => ({
    ...envelope(attempt),
    type: 'metrics',
    data: {
      epoch: number,
      epochs: 9,
      step: number,
      metrics,
      nonfinite: {},
      learning_rate: 0.1,
      samples_per_sec: 1,
      eta_seconds: 0,
    },
  });

  test('has every epoch once, with those of a later attempt replacing the earlier one’s', () => {
    const history = emptyHistory();
    for (const event of [
      epoch(1, 1, { train_loss: 3 }),
      epoch(1, 2, { train_loss: 2 }),
      epoch(1, 3, { train_loss: 9 }),
      epoch(2, 3, { train_loss: 1, val_loss: 5 }),
      epoch(2, 5, { val_loss: 4 }),
    ]) {
      addEvent(history, event);
    }
    expect(history.epochs).toEqual([1, 2, 3, 5]);
    expect(history.values.get('train_loss')).toEqual([3, 2, 1, null]);
    expect(history.values.get('val_loss')).toEqual([null, null, 5, 4]);
    expect(history.seconds).toEqual([0, 1, 3, 4]);
  });

  test('begins with the buckets from the service, each as its minimum and maximum', () => {
    const reply = { object: 'job.metrics', job_id: 'job_x', epochs: 4 } as const;
    const series = {
      train_loss: { last: [2, 'NaN' as const], min: [1, 3], max: [5, 3] },
      seconds: { last: [10, 20] },
      learning_rate: { last: [0.1, 0.2] },
      samples_per_sec: { last: [7, 8] },
    };
    const history = historyOf({ ...reply, bucket_epochs: 2, epoch: [2, 4], series });
    expect(history.epochs).toEqual([1, 2, 3, 4]);
    expect(history.values).toEqual(new Map([['train_loss', [1, 5, 3, 3]]]));
    expect(history.seconds).toEqual([10, 10, 20, 20]);
    addEvent(history, epoch(1, 5, { train_loss: 0.5 }));
    expect(history.epochs).toEqual([1, 2, 3, 4, 5]);
    expect(history.values.get('train_loss')?.at(-1)).toBe(0.5);
    const whole = historyOf({ ...reply, bucket_epochs: 1, epoch: [3, 4], series });
    expect(whole.values.get('train_loss')).toEqual([2, null]);
  });
});
