// A table whose rows follow each other in time, learned from in windows: preprocess.series. Of every window the network sees
// the rows, and answers the numbers of the rows that come next.

import { z } from 'zod';

const count = (most: number) =>
  z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(most, { error: `must be at most ${most}` });

const MOST_STEPS = 100_000;
const Name = z.string().min(1).max(200);

export const SeriesRequest = z.strictObject({
  window: count(MOST_STEPS).describe('Rows that the network sees: its input is [window, features]'),
  horizon: count(MOST_STEPS)
    .default(1)
    .describe(
      'Rows after them that it answers: the targets are [horizon], or [horizon, targets] where there are several',
    ),
  stride: count(MOST_STEPS).default(1).describe('Rows from the beginning of one window to that of the next'),
  targets: z
    .array(Name)
    .min(1)
    .max(1_000)
    .optional()
    .describe("The columns to forecast; the dataset's target where left out. Their past is an input, too"),
  future: z
    .array(Name)
    .max(1_000)
    .default([])
    .describe(
      'Columns that are known in advance, such as prices or the time itself: the network sees them at each row and `horizon` rows ahead of it',
    ),
  id: Name.nullable()
    .default(null)
    .describe('The column that says which series a row belongs to: no window has rows of two'),
  time: z
    .union([Name, z.array(Name).min(1).max(2)])
    .nullable()
    .default(null)
    .describe(
      'The column to sort by, or two such as ["year", "month"]; the rows are in order already where left out. Like the id, an input only where `future` or `preprocess.columns` names it',
    ),
  gaps: z
    .enum(['split', 'ignore', 'refuse'])
    .default('split')
    .describe(
      'Where a time is missing: split (no window crosses it, a warning tells where), ignore (the rows follow each other), or refuse',
    ),
  short: z
    .enum(['refuse', 'skip'])
    .default('refuse')
    .describe('A series with fewer rows than window and horizon need'),
  scale: z
    .enum(['column', 'series'])
    .default('column')
    .describe(
      'Whether the scale of a column is fitted on all training rows, or for each series on its own; mae and rmse are in standard deviations of the series then',
    ),
});
export type SeriesRequest = z.infer<typeof SeriesRequest>;

/** With every default filled in. */
export const RenderedSeries = SeriesRequest.extend({
  targets: z.array(z.string()),
  time: z.array(z.string()),
});
export type RenderedSeries = z.infer<typeof RenderedSeries>;

/** What a place in time is called, and which one is next. Places are whole steps apart. */
export const TimeAxis = z.discriminatedUnion('kind', [
  /** Seconds since 1970, months since year 0, or the ends of those. */
  z.object({
    kind: z.literal('datetime'),
    column: z.string(),
    unit: z.enum(['seconds', 'months', 'month_ends']),
    step: z.number(),
    /** Of a month: the day that all rows have, and the second of the day. */
    day: z.number().int(),
    second: z.number(),
    date_only: z.boolean(),
  }),
  z.object({ kind: z.literal('number'), column: z.string(), step: z.number() }),
  /** Two columns, of which the second begins again when the first goes on: year and month. */
  z.object({
    kind: z.literal('cycle'),
    columns: z.tuple([z.string(), z.string()]),
    step: z.number(),
    /** The places of the second column, in their order: as they are written, and as raw values. */
    words: z.array(z.union([z.string(), z.number()])),
    raw: z.array(z.number()),
  }),
]);
export type TimeAxis = z.infer<typeof TimeAxis>;

/** Of the rows of one time of a forecast: by the names of the columns, in their words and units. */
export const ForecastRow = z.record(z.string(), z.union([z.string(), z.number()]));
export type ForecastRow = z.infer<typeof ForecastRow>;

/** What a prediction of a series says beside its output. */
export const Forecasted = {
  series: z.string().optional().describe('Which series, where the model was trained on several'),
  forecast: z
    .array(ForecastRow)
    .optional()
    .describe('The rows to come, in order: their times, and the columns that were forecast'),
};
