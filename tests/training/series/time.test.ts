// The step between rows, as found in one or two time columns.

import { describe, expect, it } from 'vitest';
import { preprocessOf } from '#contracts/training/training.ts';
import { seriesColumns } from '#training/series/columns.ts';
import { positionOf, rawAt } from '#training/series/time.ts';
import { surveyOf } from '#training/series/windows.ts';
import { check, csv, tableOf } from './flights.ts';

describe('the step between rows', () => {
  const survey = async (records: Record<string, unknown>[], time: string | string[]) => {
    const table = await tableOf(csv(records), { target: 'y' });
    expect(seriesColumns(table.info)).not.toBeNull();
    const { job, details } = await check(table, { window: 2, time });
    expect(details).toEqual([]);
    return surveyOf(table, preprocessOf(job!.spec.preprocess).series!, job!.spec.training);
  };
  const dates = (count: number, make: (i: number) => Date) =>
    Array.from({ length: count }, (_, i) => ({ t: make(i).toISOString(), y: i }));

  it.each([
    ['days', dates(10, (i) => new Date(Date.UTC(2024, 1, 25 + i))), { unit: 'seconds', step: 86_400 }],
    ['hours', dates(10, (i) => new Date(Date.UTC(2024, 1, 25, i))), { unit: 'seconds', step: 3_600 }],
    ['months of any length', dates(14, (i) => new Date(Date.UTC(2024, i, 1))), { unit: 'months', step: 1 }],
    ['ends of months', dates(14, (i) => new Date(Date.UTC(2024, i + 1, 0))), { unit: 'month_ends', step: 1 }],
    ['quarters', dates(9, (i) => new Date(Date.UTC(2024, 3 * i, 15))), { unit: 'months', step: 3 }],
    ['years', dates(9, (i) => new Date(Date.UTC(2000 + i, 0, 1))), { unit: 'months', step: 12 }],
  ])('is found in %s', async (_, records, axis) => {
    const found = await survey(records, 't');
    expect(found.axis).toMatchObject(axis);
    expect(found.warnings).toEqual([]);
  });

  it('is found in tenths, despite rounding', async () => {
    const records = Array.from({ length: 20 }, (_, i) => ({ t: Math.round(i) / 10 + 0.7, y: i }));
    const found = await survey(records, 't');
    expect(found.axis).toMatchObject({ kind: 'number', step: 0.1 });
    expect(found.groups[0]!.stretches).toHaveLength(1);
  });

  it('is found in quarters given by two columns, year and quarter', async () => {
    const records = Array.from({ length: 10 }, (_, i) => ({
      year: 2000 + Math.floor(i / 4),
      quarter: (i % 4) + 1,
      y: i,
    }));
    const found = await survey(records, ['year', 'quarter']);
    expect(found.axis).toMatchObject({ kind: 'cycle', words: [1, 2, 3, 4], step: 1 });
    expect(found.groups[0]!.stretches).toHaveLength(1);
  });

  it('is refused if the values of the second column have no order', async () => {
    const table = await tableOf('year,part,y\n1,low,1\n1,high,2\n2,low,3\n2,high,4\n');
    const { details } = await check(table, { window: 1, time: ['year', 'part'] });
    expect(details).toMatchObject([
      { message: expect.stringMatching(/column "part" has no order: "types"/) },
    ]);
  });
});

describe('a time axis of months', () => {
  const axis = { kind: 'datetime', column: 't', step: 1, day: 15, second: 3_600, date_only: false } as const;

  it.each(['0000-02-15T01:00Z', '0099-12-15T01:00Z', '1899-02-15T01:00Z', '2024-02-15T01:00Z'])(
    'finds %s at its position, by the month and by the end of the month',
    (text) => {
      const time = Date.parse(text) / 1000;
      const months = { ...axis, unit: 'months' } as const;
      expect(rawAt(months, positionOf(months, [time]))).toEqual([time]);
      const ends = { ...axis, unit: 'month_ends' } as const;
      const [end] = rawAt(ends, positionOf(ends, [time]));
      const date = new Date((end! + 86_400) * 1000);
      expect([date.getUTCDate(), end! - time > 0, end! - time < 20 * 86_400]).toEqual([1, true, true]);
    },
  );
});
