import { describe, expect, it } from 'vitest';
import { preprocessOf } from '#contracts/training/training.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { seriesColumns } from '#training/series/columns.ts';
import { windowsOfJob } from '#training/series/materialise.ts';
import { surveyOf } from '#training/series/windows.ts';
import { check, csv, specOf, tableOf } from './flights.ts';

const PLAIN = { preprocess: { inputs: 'none', target: 'none' } };

/** As nested lists: [windows, window, features] and [windows, horizon]. */
async function windowsOf(text: string, series: object, over: Parameters<typeof check>[2] = PLAIN) {
  const table = await tableOf(text, { target: 'y' });
  const spec = await specOf(table, series, over);
  const { inputs, targets, info, marks } = windowsOfJob(spec, table);
  const [window, width] = info.input_shape as [number, number];
  const rows = Array.from({ length: info.samples }, (_, i) =>
    Array.from({ length: window }, (_, t) => [
      ...inputs.subarray((i * window + t) * width, (i * window + t + 1) * width),
    ]),
  );
  const size = targets.length / info.samples;
  const answers = rows.map((_, i) => [...targets.subarray(i * size, (i + 1) * size)]);
  return { rows, answers, info, marks: [...marks!] };
}

describe('windows of a series', () => {
  it('hold the rows before, and are answered by the rows after them', async () => {
    const { rows, answers, info } = await windowsOf('x,y\n1,10\n2,20\n3,30\n4,40\n5,50\n', {
      window: 2,
      horizon: 2,
    });
    expect(info).toMatchObject({ features: ['x', 'y'], input_shape: [2, 2], target: { shape: [2] } });
    expect(rows).toEqual([
      [
        [1, 10],
        [2, 20],
      ],
      [
        [2, 20],
        [3, 30],
      ],
    ]);
    expect(answers).toEqual([
      [30, 40],
      [40, 50],
    ]);
  });

  it('begin as far apart as the stride', async () => {
    const text = `y\n${Array.from({ length: 10 }, (_, i) => i).join('\n')}\n`;
    const { rows } = await windowsOf(`x,${text.replaceAll('\n', '\n0,').slice(0, -2)}`, {
      window: 3,
      stride: 3,
    });
    expect(rows.map((window) => window.map(([, y]) => y))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
  });

  it('know at each row what is known in advance of the row a horizon later', async () => {
    const { rows, info } = await windowsOf('price,y\n1,10\n2,20\n3,30\n4,40\n', {
      window: 2,
      horizon: 2,
      future: ['price'],
    });
    expect(info.features).toEqual(['price', 'y', 'price+2']);
    expect(rows).toEqual([
      [
        [1, 10, 3],
        [2, 20, 4],
      ],
    ]);
  });

  it('never have rows of two series, and are in the order of time whatever that of the rows is', async () => {
    const rows = ['b,3,300', 'a,2,20', 'a,1,10', 'b,1,100', 'a,3,30', 'b,2,200'];
    const { rows: found, answers } = await windowsOf(`shop,t,y\n${rows.join('\n')}\n`, {
      window: 2,
      id: 'shop',
      time: 't',
    });
    expect(found).toEqual([
      [[100], [200]],
      [[10], [20]],
    ]);
    expect(answers).toEqual([[300], [30]]);
  });

  it('do not cross a gap, of which a warning tells; or take the rows as they follow each other', async () => {
    const table = await tableOf('t,y\n1,1\n2,2\n3,3\n7,7\n8,8\n9,9\n', { target: 'y' });
    const split = await check(table, { window: 2, time: 't' });
    expect(split.job!.info.windows).toEqual({ train: 2, validation: 0, test: 0 });
    expect(split.job!.warnings).toEqual([
      expect.objectContaining({
        code: 'gaps',
        message: expect.stringMatching(/between row 2 and row 3 \(3 and 7\)/),
      }),
    ]);
    const ignored = await check(table, { window: 2, time: 't', gaps: 'ignore' });
    expect(ignored.job!.info.windows!.train).toBe(4);
    const refused = await check(table, { window: 2, time: 't', gaps: 'refuse' });
    expect(refused.details).toMatchObject([{ param: 'preprocess.series.gaps' }]);
  });

  it('hold out the last rows of each series, and nothing of them was learned from', async () => {
    const records = ['a', 'b'].flatMap((shop) =>
      Array.from({ length: 40 }, (_, t) => ({ shop, t, y: t + (shop === 'a' ? 0 : 100) })),
    );
    const series = { window: 5, horizon: 3, id: 'shop', time: 't' };
    const { rows, answers, marks, info } = await windowsOf(csv(records), series, {
      ...PLAIN,
      training: { validation: 0.2, test: 0.1 },
    });
    const ofPart = (part: number) =>
      answers.filter((_, i) => marks[i] === part).flatMap((each) => each.map((y) => y % 100));
    expect([...new Set(ofPart(2))].toSorted((a, b) => a - b)).toEqual([36, 37, 38, 39]);
    expect([...new Set(ofPart(1))].toSorted((a, b) => a - b)).toEqual([28, 29, 30, 31, 32, 33, 34, 35]);
    expect(Math.max(...ofPart(0))).toBe(27);
    const learnedFrom = rows.filter((_, i) => marks[i] === 0).flat(2);
    expect(Math.max(...learnedFrom.map((y) => y % 100))).toBeLessThan(28);
    expect(info.windows).toEqual({ train: 42, validation: 12, test: 4 });
  });

  it('are scaled by the rows that are learned from, each column by itself, or each series', async () => {
    const records = ['a', 'b'].flatMap((shop) =>
      Array.from({ length: 20 }, (_, t) => ({ shop, t, y: (shop === 'a' ? 1 : 1000) * (t % 4) })),
    );
    const table = await tableOf(csv(records), { target: 'y' });
    const over = { training: { validation: 0.4 } };
    const series = { window: 2, id: 'shop', time: 't' };
    const spec = await specOf(table, { ...series, scale: 'series' }, over);
    const { inputs, targets, series: made } = windowsOfJob(spec, table);
    // 0, 1, 2, 3, …: mean 1.5 and standard deviation √1.25, whatever the shop multiplies it by.
    const [zero, one] = [-1.5 / Math.sqrt(1.25), -0.5 / Math.sqrt(1.25)];
    const half = inputs.length / 2;
    for (const from of [0, half]) {
      expect(inputs[from]).toBeCloseTo(zero, 5);
      expect(inputs[from + 1]).toBeCloseTo(one, 5);
    }
    expect(targets[0]).toBeCloseTo(-one, 5);
    expect(made!.scale).toBeNull();
    const together = windowsOfJob(await specOf(table, series, over), table);
    expect(together.series!.scale!.mean[0]).toBeCloseTo((1.5 + 1500) / 2);
  });

  it('have categories and times as inputs where the job names them', async () => {
    const records = Array.from({ length: 30 }, (_, t) => ({
      day: new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10),
      kind: t % 2 === 0 ? 'even' : 'odd',
      y: t,
    }));
    const table = await tableOf(csv(records), { target: 'y' });
    const { job } = await check(table, { window: 3, time: 'day', future: ['day'] });
    expect(job!.info.features).toEqual([
      'day.year',
      'day.weekday_sin',
      'day.weekday_cos',
      'kind=even',
      'kind=odd',
      'y',
      'day.year+1',
      'day.weekday_sin+1',
      'day.weekday_cos+1',
    ]);
    expect(Object.keys(preprocessOf(job!.spec.preprocess).columns!)).toEqual(['day', 'kind', 'y']);
    // What was sent back can be sent again.
    const { series, ...rest } = preprocessOf(job!.spec.preprocess);
    const again = await check(table, series, { preprocess: rest });
    expect(again.job!.spec).toEqual(job!.spec);
  });
});

describe('a whole dataset held out of a series', () => {
  it('is windows of its own', async () => {
    const rows = (from: number, count: number) =>
      `t,y\n${Array.from({ length: count }, (_, i) => `${from + i},${from + i}`).join('\n')}\n`;
    const [own, later] = [await tableOf(rows(0, 20)), await tableOf(rows(20, 8))];
    const over = { training: { test: { dataset: 'ds_later' } }, held: { ds_later: later } };
    const { details, job } = await check(own, { window: 3, horizon: 2, time: 't' }, over);
    expect(details).toEqual([]);
    expect(job!.info.windows).toEqual({ train: 16, validation: 0, test: 4 });
  });
});

describe('a request of a series', () => {
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
    ['no window', { horizon: 2 }, 'preprocess.series.window', /needed|whole number/],
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
      /numbers are forecast/,
    ],
    [
      'a target known in advance',
      series({ future: ['sold'] }),
      'preprocess.series.future|targets[0]',
      /known in advance/,
    ],
    [
      'a long horizon of what is known',
      series({ horizon: 4, future: ['price'] }),
      'preprocess.series.horizon',
      /of 3 at most/,
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
    ['an id as the time', series({ time: 'shop' }), 'preprocess.series.id', /is the time as well/],
    [
      'a scale for each of no series',
      series({ id: null, scale: 'series' }),
      'preprocess.series.scale',
      /"id" names/,
    ],
  ])('is refused for %s', async (_, asked, param, message) => {
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
      'a part that no horizon fits into',
      { validation: 0.2 },
      'training.validation',
      /0.2 of a series of 8 rows is 1, a horizon of 2 needs 2/,
    ],
    ['a loss of classes', { loss: 'CrossEntropyLoss' }, 'training.loss', /forecast in numbers/],
  ])('is refused for %s', async (_, training, param, message) => {
    const { details } = await check(await tableOf(SHOPS), series({}), { training });
    expect(details).toContainEqual(
      expect.objectContaining({ param, message: expect.stringMatching(message) }),
    );
  });

  it('is refused for a short series, which may be left out', async () => {
    const text = `${SHOPS}\n2024-01-01,c,1,1`;
    const refused = await check(await tableOf(text), series({}));
    expect(refused.details).toMatchObject([
      { message: expect.stringMatching(/^series "c" has 1 rows: .* need 5; "short": "skip"/) },
    ]);
    const skipped = await check(await tableOf(text), series({ short: 'skip' }));
    expect(skipped.details).toEqual([]);
    expect(skipped.job!.warnings).toEqual([expect.objectContaining({ code: 'short_series' })]);
  });

  it('is refused by row for empty cells in what is forecast, and for rows without a time', async () => {
    const text = 'day,a,b\n2024-01-01,1,1\n2024-01-02,,2\n,3,3\n2024-01-04,4,4\n2024-01-05,5,5\n';
    const { details } = await check(await tableOf(text), { window: 1, time: 'day', targets: ['a', 'b'] });
    expect(details.map(({ message }) => message)).toEqual([
      'row 2 has no "day"',
      expect.stringMatching(/^row 1, column "a": the cell is empty/),
    ]);
  });

  it('is refused for arrays, and for windows of more numbers than there may be', async () => {
    const arrays = await check(readInline({ inputs: [[1], [2]], targets: [1, 2] }).table, series({}));
    expect(arrays.details).toMatchObject([{ param: 'preprocess.series', code: 'no_columns' }]);
    const long = `x,y\n${'0,1\n'.repeat(40_000)}`;
    const { details } = await check(await tableOf(long), { window: 20_000 });
    expect(details).toMatchObject([
      { param: 'preprocess.series.stride', message: expect.stringMatching(/a stride of 6 fits/) },
    ]);
  });
});

describe('the steps of time', () => {
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
    ['months, however long', dates(14, (i) => new Date(Date.UTC(2024, i, 1))), { unit: 'months', step: 1 }],
    ['ends of months', dates(14, (i) => new Date(Date.UTC(2024, i + 1, 0))), { unit: 'month_ends', step: 1 }],
    ['quarters', dates(9, (i) => new Date(Date.UTC(2024, 3 * i, 15))), { unit: 'months', step: 3 }],
    ['years', dates(9, (i) => new Date(Date.UTC(2000 + i, 0, 1))), { unit: 'months', step: 12 }],
  ])('are %s', async (_, records, axis) => {
    const found = await survey(records, 't');
    expect(found.axis).toMatchObject(axis);
    expect(found.warnings).toEqual([]);
  });

  it('are tenths, in spite of rounding', async () => {
    const records = Array.from({ length: 20 }, (_, i) => ({ t: Math.round(i) / 10 + 0.7, y: i }));
    const found = await survey(records, 't');
    expect(found.axis).toMatchObject({ kind: 'number', step: 0.1 });
    expect(found.groups[0]!.stretches).toHaveLength(1);
  });

  it('are quarters of years in two columns', async () => {
    const records = Array.from({ length: 10 }, (_, i) => ({
      year: 2000 + Math.floor(i / 4),
      quarter: (i % 4) + 1,
      y: i,
    }));
    const found = await survey(records, ['year', 'quarter']);
    expect(found.axis).toMatchObject({ kind: 'cycle', words: [1, 2, 3, 4], step: 1 });
    expect(found.groups[0]!.stretches).toHaveLength(1);
  });

  it('are asked for where a second column has no order', async () => {
    const table = await tableOf('year,part,y\n1,low,1\n1,high,2\n2,low,3\n2,high,4\n');
    const { details } = await check(table, { window: 1, time: ['year', 'part'] });
    expect(details).toMatchObject([
      { message: expect.stringMatching(/column "part" has no order: "types"/) },
    ]);
  });
});
