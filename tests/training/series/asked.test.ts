// Invalid forecast requests: each problem is reported with its path.

import { describe, expect, it } from 'vitest';
import { readInline } from '#training/data/formats/inline.ts';
import { check, csv, tableOf } from './flights.ts';

describe('a request for a forecast', () => {
  const days = (numbers: readonly number[]) =>
    numbers.map((day) => `2024-01-${String(day).padStart(2, '0')}`);
  const SHOPS = csv(
    ['a', 'b'].flatMap((shop) =>
      days([1, 2, 3, 4, 5, 6, 7, 8]).map((day, i) => ({ day, shop, price: i, sold: i })),
    ),
  );
  const series = (over: object) => ({ window: 3, horizon: 2, id: 'shop', time: 'day', ...over });

  it.each([
    ['a horizon of 0', series({ horizon: 0 }), 'preprocess.series.horizon', /must be at least 1/],
    ['a missing window', { horizon: 2 }, 'preprocess.series.window', /needed|whole number/],
    ['an unknown key', series({ windw: 3 }), 'preprocess.series.windw', /"window"/],
    ['an unknown column', series({ time: 'dya' }), 'preprocess.series.time', /did you mean "day"/],
    [
      'an unknown target',
      series({ targets: ['sole'] }),
      'preprocess.series.targets[0]',
      /did you mean "sold"/,
    ],
    [
      'a target that is text',
      series({ id: null, targets: ['shop'] }),
      'preprocess.series.targets[0]',
      /only numbers can be forecast/,
    ],
    [
      'a target known in advance',
      series({ future: ['sold'] }),
      'preprocess.series.future|targets[0]',
      /known in advance/,
    ],
    [
      'a horizon too long with columns known in advance',
      series({ horizon: 4, future: ['price'] }),
      'preprocess.series.horizon',
      /at most 3/,
    ],
    [
      'a window longer than the series',
      series({ window: 7 }),
      'preprocess.series.window',
      /series "a" has 8 rows, series "b" has 8 rows: .* need 9/,
    ],
    [
      'several shops without an id',
      series({ id: null }),
      'preprocess.series.time',
      /row 8 has the time of row 0 again \(2024-01-01\)/,
    ],
    ['an id as the time', series({ time: 'shop' }), 'preprocess.series.id', /is also the time/],
    [
      'a scale per series without an id',
      series({ id: null, scale: 'series' }),
      'preprocess.series.scale',
      /identifies them in "id"/,
    ],
  ])('is refused with %s', async (_, asked, param, message) => {
    const { details } = await check(await tableOf(SHOPS), asked);
    expect(details).toContainEqual(
      expect.objectContaining({
        param: expect.stringMatching(
          new RegExp(`^${param.replaceAll(/[[\].]/g, '\\$&').replace('future|', '')}$`),
        ),
        message: expect.stringMatching(message),
      }),
    );
  });

  it.each([
    [
      'rows drawn at random',
      { validation: { fraction: 0.2, by: 'random' } },
      'training.validation.by',
      /overlap/,
    ],
    [
      'a held-out part shorter than the horizon',
      { validation: 0.2 },
      'training.validation',
      /0.2 of a series of 8 rows is 1, but a horizon of 2 needs 2/,
    ],
    [
      'a classification loss',
      { loss: 'CrossEntropyLoss' },
      'training.loss',
      /a forecast consists of numbers/,
    ],
  ])('is refused with %s', async (_, training, param, message) => {
    const { details } = await check(await tableOf(SHOPS), series({}), { training });
    expect(details).toContainEqual(
      expect.objectContaining({ param, message: expect.stringMatching(message) }),
    );
  });

  it('is refused for a series too short for a window, unless short series are skipped', async () => {
    const text = `${SHOPS}\n2024-01-01,c,1,1`;
    const refused = await check(await tableOf(text), series({}));
    expect(refused.details).toMatchObject([
      { message: expect.stringMatching(/^series "c" has 1 rows: .* need 5; "short": "skip"/) },
    ]);
    const skipped = await check(await tableOf(text), series({ short: 'skip' }));
    expect(skipped.details).toEqual([]);
    expect(skipped.job!.warnings).toEqual([expect.objectContaining({ code: 'short_series' })]);
  });

  it('is refused for empty target cells and missing times, each named by its row', async () => {
    const text = 'day,a,b\n2024-01-01,1,1\n2024-01-02,,2\n,3,3\n2024-01-04,4,4\n2024-01-05,5,5\n';
    const { details } = await check(await tableOf(text), { window: 1, time: 'day', targets: ['a', 'b'] });
    expect(details.map(({ message }) => message)).toEqual([
      'row 2 has no "day"',
      expect.stringMatching(/^row 1, column "a": the cell is empty/),
    ]);
  });

  it('is refused for arrays without columns, and for windows of more numbers than the limit', async () => {
    const arrays = await check(readInline({ inputs: [[1], [2]], targets: [1, 2] }).table, series({}));
    expect(arrays.details).toMatchObject([{ param: 'preprocess.series', code: 'no_columns' }]);
    const long = `x,y\n${'0,1\n'.repeat(40_000)}`;
    const { details } = await check(await tableOf(long), { window: 20_000 });
    expect(details).toMatchObject([
      { param: 'preprocess.series.stride', message: expect.stringMatching(/use a stride of 6/) },
    ]);
  });
});
