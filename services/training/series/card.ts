// What a trained model keeps of its series, so that predict can continue one.

import { z } from 'zod';
import { Column } from '#contracts/datasets/dataset.ts';
import { RenderedSeries, TimeAxis } from '#contracts/training/series.ts';
import { Encoder } from '../data/encoders/encoder.ts';
import { TargetScale } from '../data/target-scale.ts';

/** Fitted preprocessing of the input columns, and the scale of the forecast ones. */
export const Fitted = z.object({ encoders: z.array(Encoder), scale: TargetScale });
export type Fitted = z.infer<typeof Fitted>;

export const SeriesCard = RenderedSeries.extend({
  axis: TimeAxis.nullable(),
  /** Columns of the table, in the order in which predict reads them. */
  columns: z.array(Column),
  /** The input columns, in the order of the encoders. */
  inputs: z.array(z.string()),
  common: Fitted,
  /** By raw value of the id, if each series is scaled separately. */
  by_series: z.array(Fitted.extend({ id: z.number() })).nullable(),
});
export type SeriesCard = z.infer<typeof SeriesCard>;
