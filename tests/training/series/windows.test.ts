// The windows that a job cuts from its series: their rows and targets, gaps, the rows held out, scaling and input columns.

import { describe, expect, it } from 'vitest';
import { preprocessOf } from '#contracts/training/training.ts';
import { windowsOfJob } from '#training/series/materialise.ts';
import { check, csv, specOf, tableOf } from './flights.ts';

const PLAIN = { preprocess: { inputs: 'none', target: 'none' } };

/** `rows` is [windows, window, features] and `answers` [windows, horizon], as nested lists. */
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
  it('hold consecutive rows, and their answers are the rows that follow', async () => {
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

  it('start a stride apart', async () => {
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

  it('contain, at each row, the known-in-advance columns of the row one horizon later', async () => {
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

  it('never mix two series, and are in time order whatever the order of the rows', async () => {
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

  it('do not cross a gap, which is reported as a warning, unless the job ignores gaps or refuses them', async () => {
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

  it('hold out the last rows of each series, and no training window overlaps them', async () => {
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

  it('are scaled by the statistics of the training rows, per column or per series', async () => {
    const records = ['a', 'b'].flatMap((shop) =>
      Array.from({ length: 20 }, (_, t) => ({ shop, t, y: (shop === 'a' ? 1 : 1000) * (t % 4) })),
    );
    const table = await tableOf(csv(records), { target: 'y' });
    const over = { training: { validation: 0.4 } };
    const series = { window: 2, id: 'shop', time: 't' };
    const spec = await specOf(table, { ...series, scale: 'series' }, over);
    const { inputs, targets, series: made } = windowsOfJob(spec, table);
    // 0, 1, 2, 3, …: mean 1.5 and standard deviation √1.25, times the factor of the shop.
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

  it('contain categories and, if the job asks for it, times', async () => {
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
    // The preprocessing as rendered is a valid request.
    const { series, ...rest } = preprocessOf(job!.spec.preprocess);
    const again = await check(table, series, { preprocess: rest });
    expect(again.job!.spec).toEqual(job!.spec);
  });
});

describe('a whole dataset held out of a series', () => {
  it('is cut into windows of its own', async () => {
    const rows = (from: number, count: number) =>
      `t,y\n${Array.from({ length: count }, (_, i) => `${from + i},${from + i}`).join('\n')}\n`;
    const [own, later] = [await tableOf(rows(0, 20)), await tableOf(rows(20, 8))];
    const over = { training: { test: { dataset: 'ds_later' } }, held: { ds_later: later } };
    const { details, job } = await check(own, { window: 3, horizon: 2, time: 't' }, over);
    expect(details).toEqual([]);
    expect(job!.info.windows).toEqual({ train: 16, validation: 0, test: 4 });
  });
});
