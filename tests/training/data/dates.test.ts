import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Problem } from '#contracts/errors.ts';
import { readCsv } from '#training/data/formats/csv.ts';
import { CYCLES, ordersOf, secondsOf, yearOf } from '#training/data/formats/dates.ts';

const column = async (days: readonly string[], types?: string) => {
  const text = `day,y\n${days.map((day, i) => `${day},${i % 2}`).join('\n')}\n`;
  const read = await readCsv(Readable.from([Buffer.from(text)]), types === undefined ? {} : { types });
  return { ...read, column: read.info.columns![0]!, times: [...read.table.inputs] };
};
const at = (text: string) => Date.parse(text) / 1000;

describe('a date', () => {
  // Expected times follow JavaScript's own Date, which parses ISO 8601.
  it.each([
    ['2024-02-29', '2024-02-29T00:00Z'],
    ['2024/3/1', '2024-03-01T00:00Z'],
    ['2024-03-01 12:30', '2024-03-01T12:30Z'],
    ['2024-03-01T12:30:15.250Z', '2024-03-01T12:30:15.250Z'],
    ['2024-03-01T12:30:00+02:00', '2024-03-01T12:30:00+02:00'],
    ['2024-03-01T12:30:00-0530', '2024-03-01T12:30:00-05:30'],
    ['1969-12-31', '1969-12-31T00:00Z'],
  ])('%s parses as ISO 8601', (text, same) => {
    expect(ordersOf(text)).toEqual(['iso']);
    expect(secondsOf(text, 'iso')).toBeCloseTo(at(same), 6);
  });

  it.each([
    ['1.3.2024', ['dmy']],
    ['13/3/2024', ['dmy']],
    ['3/13/2024', ['mdy']],
    ['3/4/2024', ['dmy', 'mdy']],
    ['31-12-2024 08:00', ['dmy']],
    ['3.13.2024', []],
    ['2023-02-29', []],
    ['2024-13-01', []],
    ['2024-01-01T25:00', []],
    ['1/2/24', []],
    ['March', []],
  ])('%s is valid in the orders %j', (text, orders) => {
    expect(ordersOf(text)).toEqual(orders);
  });

  it('has a year, and positions within the year, the week and the day', () => {
    const noon = at('2024-07-01T12:00Z');
    expect(yearOf(at('1970-01-01T00:00Z'))).toBe(1970);
    expect(yearOf(noon)).toBeCloseTo(2024.5, 2);
    expect(CYCLES.month(noon)).toBe(0.5);
    // July 1, 2024 was a Monday; the day before the epoch, a Wednesday.
    expect(CYCLES.weekday(noon)).toBe(0);
    expect(CYCLES.weekday(at('1969-12-31T00:00Z'))).toBeCloseTo(2 / 7, 12);
    expect(CYCLES.hour(noon)).toBe(0.5);
    expect(CYCLES.hour(at('1969-12-31T18:00Z'))).toBe(0.75);
  });
});

describe('a column of dates', () => {
  it('is read in the one order that fits every row, with only the parts that vary', async () => {
    const { column: found, times } = await column(['1/2/2024', '3/4/2024', '25/4/2024']);
    expect(found).toEqual({
      name: 'day',
      type: 'datetime',
      missing: 0,
      order: 'dmy',
      parts: ['year', 'month', 'weekday'],
    });
    expect(times).toEqual(['2024-02-01', '2024-04-03', '2024-04-25'].map(at));
    expect((await column(['2024-01-01', '2024-01-02'])).column.parts).toEqual(['year']);
  });

  it('gets a warning if days and months cannot be told apart, and accepts an explicit order', async () => {
    const days = ['1/2/2024', '3/4/2024'];
    const { column: found, info } = await column(days);
    expect(found.type).toBe('category');
    expect(info.warnings).toMatchObject([{ code: 'ambiguous_dates', param: 'types.day' }]);
    expect((await column(days, '{"day": "datetime:mdy"}')).times).toEqual(
      ['2024-01-02', '2024-03-04'].map(at),
    );
    await expect(column(days, '{"day": "datetime"}')).rejects.toThrow(
      /does not distinguish days from months/,
    );
  });

  it('may have more distinct times than the limit on categories', async () => {
    const begin = at('2024-01-01T00:00Z');
    const days = Array.from({ length: 3_000 }, (_, i) => new Date((begin + i * 3600) * 1000).toISOString());
    const { column: found, times } = await column(days);
    expect(found).toMatchObject({ type: 'datetime', parts: ['year', 'month', 'weekday', 'hour'] });
    expect(times).toEqual(days.map(at));
  });

  it('becomes categories if a single value is not a date', async () => {
    expect((await column(['2024-01-01', '2024-01-02', 'soon'])).column.type).toBe('category');
    await expect(column(['2024-01-01', 'soon'], '{"day": "datetime"}')).rejects.toThrow(Problem);
  });
});

describe('other types', () => {
  const read = (text: string, types: string) => readCsv(Readable.from([Buffer.from(text)]), { types });

  it('include ordinal categories, which reject an unlisted value', async () => {
    const types = '{"size": ["S", "M", "L"]}';
    const { info, table } = await read('size,y\nM,1\nS,0\n,1\nL,1\n', types);
    expect(info.columns).toEqual([
      { name: 'size', type: 'ordinal', missing: 1, categories: ['S', 'M', 'L'] },
    ]);
    expect([...table.inputs]).toEqual([1, 0, Number.NaN, 2]);
    await expect(read('size,y\nM,1\nXL,0\n', types)).rejects.toThrow(/rows\[3\]\.size.*none of S, M, L/);
    await expect(read('size,y\nM,1\n', '{"size": ["S", "S"]}')).rejects.toThrow(/distinct texts/);
  });

  it('include booleans, as words or numbers', async () => {
    const { info, table } = await read('a,b,y\nYES,1,0\nno,0,1\n', '{"a": "boolean", "b": "boolean"}');
    expect(info.features).toEqual(['a', 'b']);
    expect([...table.inputs]).toEqual([1, 1, 0, 0]);
    await expect(read('a,y\nyes,0\nmaybe,1\n', '{"a": "boolean"}')).rejects.toThrow(/rows\[3\]\.a.*"maybe"/);
  });
});
