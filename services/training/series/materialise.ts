// The windows of a job's series as a table of samples for the training loop. Column transforms are fitted on the training rows.

import { problemOf } from '#contracts/errors.ts';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import { standard } from '../data/encoders/fit-number.ts';
import { fitPlan } from '../data/encoders/plan.ts';
import { rowsIn } from '../data/rows/rows.ts';
import { MARKS } from '../data/rows/split.ts';
import type { StoredTable } from '../data/table.ts';
import { type TargetScale, UNSCALED } from '../data/target-scale.ts';
import { tooManyNumbers, windowInfo } from './asked.ts';
import type { Fitted, SeriesCard } from './card.ts';
import { seriesColumns, seriesPlan } from './columns.ts';
import { cutWindows } from './cut.ts';
import type { Group } from './groups.ts';
import { surveyOf } from './windows.ts';

/**
 * The table itself if the job has no series, or if its samples are windows already.
 * @throws Problem if the series yields no windows: validation may have been done by an earlier version
 */
export function windowsOfJob(spec: JobSpec, table: StoredTable): StoredTable {
  const preprocess = preprocessOf(spec.preprocess);
  const { series } = preprocess;
  const columns = seriesColumns(table.info);
  if (series === undefined || columns === null || table.info.windows !== undefined) return table;
  const { groups, values, windows, axis, marks, details } = surveyOf(table, series, spec.training);
  const plan = seriesPlan(columns, preprocess);
  const info = windowInfo(table.info, series, plan, windows.counts);
  const tooMany = tooManyNumbers(info, series.stride);
  if (tooMany !== null) details.push(tooMany);
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const width = columns.length;
  const placeOf = (name: string) => columns.findIndex((column) => column.name === name);
  const places = plan.map(({ column }) => placeOf(column.name));
  const targetPlaces = series.targets.map(placeOf);
  const raw = Float64Array.from(
    { length: table.info.samples * plan.length },
    (_, i) => values[Math.floor(i / plan.length) * width + places[i % plan.length]!]!,
  );
  const standardized = preprocess.target === 'standardize';
  const fitOn = (rows: Int32Array): Fitted => ({
    encoders: fitPlan(plan, rowsIn(raw, plan.length), rows),
    scale: standardized ? scaleOf(values, width, targetPlaces, rows) : UNSCALED(targetPlaces.length),
  });
  const learned = (of: readonly Group[]) =>
    Int32Array.from(of.flatMap(({ rows }) => [...rows.filter((row) => marks[row] === MARKS.train)]));
  const common = fitOn(learned(groups));
  const bySeries = series.scale === 'series' ? fittedBySeries(groups, learned, fitOn, common) : null;
  const inputs = plan.map(({ column }) => column.name);
  const cut = cutWindows({
    ...{ series, values, width, places, inputs, targetPlaces, groups, windows },
    fittedOf: fittedFrom(bySeries, common),
  });
  const ignored = table.info.columns?.filter(({ type }) => type === 'ignore') ?? [];
  const card: SeriesCard = {
    ...series,
    axis,
    columns: [...ignored, ...columns],
    inputs,
    common,
    by_series: bySeries,
  };
  const scale = standardized && bySeries === null ? common.scale : null;
  return { info, ...cut, marks: windows.marks, series: { card, scale } };
}

function scaleOf(
  values: Float64Array,
  width: number,
  places: readonly number[],
  rows: Int32Array,
): TargetScale {
  const fitted = places.map((place) =>
    standard(Float64Array.from(rows, (row) => values[row * width + place]!)),
  );
  return { mean: fitted.map(({ center }) => center), std: fitted.map(({ scale }) => scale) };
}

/** The scales that apply to each series. */
export function fittedFrom(bySeries: SeriesCard['by_series'], common: Fitted): (group: Group) => Fitted {
  const byId = new Map(bySeries?.map((each) => [each.id, each]));
  return ({ id }) => byId.get(id) ?? common;
}

/** A series without training rows gets the common scale. */
function fittedBySeries(
  groups: readonly Group[],
  learned: (groups: readonly Group[]) => Int32Array,
  fitOn: (rows: Int32Array) => Fitted,
  common: Fitted,
): (Fitted & { id: number })[] {
  // A series may span several datasets.
  const byId = Map.groupBy(groups, ({ id }) => id);
  return [...byId].map(([id, own]) => {
    const rows = learned(own);
    const { encoders, scale } = rows.length === 0 ? common : fitOn(rows);
    // Only numbers are scaled separately; categories and times are encoded alike in all series.
    const scaled = encoders.map((encoder, i) => (encoder.kind === 'number' ? encoder : common.encoders[i]!));
    return { id, encoders: scaled, scale };
  });
}
