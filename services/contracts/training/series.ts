// Time series: a table whose rows are ordered in time, cut into windows (preprocess.series). The network sees the rows of a window and
// predicts the values of the rows that follow.

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
      'Rows to forecast after the window: the targets are [horizon], or [horizon, targets] if there are several',
    ),
  stride: count(MOST_STEPS).default(1).describe('Rows from the start of one window to the next'),
  targets: z
    .array(Name)
    .min(1)
    .max(1_000)
    .optional()
    .describe("The columns to forecast; the dataset's target if omitted. Their past is also an input"),
  future: z
    .array(Name)
    .max(1_000)
    .default([])
    .describe(
      'Columns known in advance, such as prices or the time itself: the network sees them at each row and `horizon` rows ahead',
    ),
  id: Name.nullable()
    .default(null)
    .describe('The column that identifies the series of a row: no window spans two series'),
  time: z
    .union([Name, z.array(Name).min(1).max(2)])
    .nullable()
    .default(null)
    .describe(
      'The column to sort by, or two such as ["year", "month"]; if omitted, the rows are already in order. Like the id, it is an input only if `future` or `preprocess.columns` names it',
    ),
  gaps: z
    .enum(['split', 'ignore', 'refuse'])
    .default('split')
    .describe(
      'How to treat missing times: split (no window spans them, with a warning), ignore (the rows are consecutive), or refuse',
    ),
  short: z
    .enum(['refuse', 'skip'])
    .default('refuse')
    .describe('How to treat a series too short for window and horizon'),
  scale: z
    .enum(['column', 'series'])
    .default('column')
    .describe(
      "Whether a column's scale is fitted on all training rows, or per series; mae and rmse are then in standard deviations of the series",
    ),
});
export type SeriesRequest = z.infer<typeof SeriesRequest>;

/** With every default filled in. */
export const RenderedSeries = SeriesRequest.extend({
  targets: z.array(z.string()),
  time: z.array(z.string()),
});
export type RenderedSeries = z.infer<typeof RenderedSeries>;

/** How times are written, and which one comes next. Times are a whole number of steps apart. */
export const TimeAxis = z.discriminatedUnion('kind', [
  /** Seconds since 1970, or months since year 0, with every row on the same day or at the end of its month. */
  z.object({
    kind: z.literal('datetime'),
    column: z.string(),
    unit: z.enum(['seconds', 'months', 'month_ends']),
    step: z.number(),
    /** For months: the day of the month that all rows share, and the second of the day. */
    day: z.number().int(),
    second: z.number(),
    date_only: z.boolean(),
  }),
  z.object({ kind: z.literal('number'), column: z.string(), step: z.number() }),
  /** Two columns such as year and month: the second starts over when the first advances. */
  z.object({
    kind: z.literal('cycle'),
    columns: z.tuple([z.string(), z.string()]),
    step: z.number(),
    /** The values of the second column in order: as written, and raw. */
    words: z.array(z.union([z.string(), z.number()])),
    raw: z.array(z.number()),
  }),
]);
export type TimeAxis = z.infer<typeof TimeAxis>;

/** The forecast for one time, by column name, in the columns' own words and units. */
export const ForecastRow = z.record(z.string(), z.union([z.string(), z.number()]));
export type ForecastRow = z.infer<typeof ForecastRow>;

/** What a prediction of a series has besides its output. */
export const Forecasted = {
  series: z.string().optional().describe('The series, if the model was trained on several'),
  forecast: z
    .array(ForecastRow)
    .optional()
    .describe('The forecast rows, in order: their times, and the forecast columns'),
};
