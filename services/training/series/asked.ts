// A request's series settings, validated against the columns of its dataset, and the dataset as the network will see it.

import type { Column, DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { detailsOf } from '#contracts/problems.ts';
import { type RenderedSeries, SeriesRequest } from '#contracts/training/series.ts';
import type { InputPreprocess, RenderedPreprocess } from '#contracts/training/training.ts';
import type { Planned } from '../data/encoders/inputs.ts';
import type { JobInfo } from '../data/rows/join.ts';
import { columnsIn, readColumns } from '../job/column-preprocess.ts';
import type { SplitSizes } from '../job/plan.ts';
import { sizeOf } from '../model/shape.ts';
import { featureNames, inputColumns, seriesColumns, seriesPlan } from './columns.ts';

const PATH = 'preprocess.series';

export interface AskedSeries {
  readonly series: RenderedSeries;
  /** Columns of the table, the target last. */
  readonly columns: readonly Column[];
  /** Preprocessing of the input columns. @param inputs default preprocessing of numbers */
  rendered(inputs: InputPreprocess): NonNullable<RenderedPreprocess['columns']>;
}

/** Undefined if the request has no series; the value is null if it was refused. */
export function readSeries(
  preprocess: unknown,
  info: DatasetInfo,
): { details: Detail[]; value: AskedSeries | null } | undefined {
  const given = (preprocess as { series?: unknown } | null | undefined)?.series;
  if (typeof preprocess !== 'object' || given === undefined || given === null) return undefined;
  const parsed = SeriesRequest.safeParse(given);
  if (!parsed.success) return { details: detailsOf(parsed.error, SeriesRequest, PATH, given), value: null };
  const columns = seriesColumns(info);
  if (columns === null) {
    const message =
      'a series is a table with named columns (CSV, records) and one target: this dataset is arrays, or has several';
    return { details: [{ param: PATH, code: 'no_columns', message }], value: null };
  }
  const { targets, time, ...rest } = parsed.data;
  const series: RenderedSeries = {
    ...rest,
    targets: targets ?? [info.target.name!],
    time: time === null ? [] : [time].flat(),
  };
  const details = [...checkNames(series, columns, info)];
  if (series.future.length > 0 && series.horizon > series.window) {
    const message = `columns known in advance are read ${series.horizon} rows ahead of each of the ${series.window} rows of a window: the horizon must be at most ${series.window}, or the window longer`;
    details.push({ param: `${PATH}.horizon`, code: 'does_not_fit', message });
  }
  const said = columnsIn(preprocess);
  const names = new Set(typeof said === 'object' && said !== null ? Object.keys(said) : []);
  const inputs = inputColumns(columns, series, names);
  const seen = { ...info, columns: inputs, features: inputs.map(({ name }) => name) };
  if (details.length === 0) details.push(...readColumns(said, seen, 'none').details);
  if (details.length > 0) return { details, value: null };
  return {
    details,
    value: { series, columns, rendered: (how) => readColumns(said, seen, how).value ?? {} },
  };
}

function* checkNames(
  series: RenderedSeries,
  columns: readonly Column[],
  info: DatasetInfo,
): Generator<Detail> {
  const names = columns.map(({ name }) => name);
  const { targets, future, id, time } = series;
  const named: [name: string, param: string][] = [
    ...targets.map((name, i): [string, string] => [name, `${PATH}.targets[${i}]`]),
    ...future.map((name, i): [string, string] => [name, `${PATH}.future[${i}]`]),
    ...(id === null ? [] : [[id, `${PATH}.id`] as [string, string]]),
    ...time.map((name, i): [string, string] => [name, `${PATH}.time${time.length > 1 ? `[${i}]` : ''}`]),
  ];
  for (const [name, param] of named) {
    if (names.includes(name)) continue;
    const ignored = info.columns?.some((column) => column.name === name) ?? false;
    const message = ignored
      ? `column "${name}" was left out of the dataset: "types": {"${name}": "category"} at the upload keeps it`
      : `there is no column "${name}"; ${didYouMean(name, names.slice(0, 50))}`;
    yield { param, code: 'unknown_column', message };
  }
  const twice = (list: readonly string[], at: (i: number) => string) =>
    list.flatMap((name, i) =>
      list.indexOf(name) < i
        ? [{ param: at(i), code: 'duplicate', message: `"${name}" is named twice` }]
        : [],
    );
  yield* twice(targets, (i) => `${PATH}.targets[${i}]`);
  yield* twice(future, (i) => `${PATH}.future[${i}]`);
  yield* twice(time, (i) => `${PATH}.time[${i}]`);
  const refuse = (param: string, message: string) => ({ param, code: 'does_not_fit', message });
  for (const [i, name] of targets.entries()) {
    const column = columns.find((each) => each.name === name);
    if (column === undefined) continue;
    const param = `${PATH}.targets[${i}]`;
    if (name === id || time.includes(name))
      yield refuse(param, `"${name}" identifies the rows and cannot be forecast`);
    else if (future.includes(name))
      yield refuse(
        param,
        `"${name}" is known in advance, as listed in "future", so there is nothing to forecast`,
      );
    else if (column.type !== 'number' && column.type !== 'boolean')
      yield refuse(param, `column "${name}" is of type ${column.type}: only numbers can be forecast`);
  }
  for (const [i, name] of future.entries()) {
    if (name === id)
      yield refuse(
        `${PATH}.future[${i}]`,
        `"${name}" is the same in all rows of a series; use preprocess.columns to make it an input`,
      );
  }
  const idColumn = columns.find(({ name }) => name === id);
  if (idColumn?.type === 'datetime')
    yield refuse(`${PATH}.id`, `column "${id}" contains times and cannot identify series`);
  if (id !== null && time.includes(id)) yield refuse(`${PATH}.id`, `"${id}" is also the time`);
  if (series.scale === 'series' && id === null)
    yield refuse(
      `${PATH}.scale`,
      '"series" scales each series separately; name the column that identifies them in "id"',
    );
}

/** Limit on the numbers in all windows together. */
const MOST_NUMBERS = 2 ** 27;

/** The dataset as the network sees it, with windows as samples. @param counts number of windows, zero if not yet known */
export function windowInfo(
  info: DatasetInfo,
  series: RenderedSeries,
  plan: readonly Planned[],
  counts: SplitSizes,
): JobInfo {
  const { window, horizon, targets } = series;
  const features = featureNames(plan, series);
  const { columns: _, split: __, ...rest } = info;
  return {
    ...rest,
    samples: counts.train + counts.validation + counts.test,
    windows: counts,
    input_shape: [window, features.length],
    input_range: { min: -1, max: 1, integral: false },
    input_dtype: 'float32',
    features,
    target: {
      name: targets.length === 1 ? targets[0]! : null,
      columns: [...targets],
      kind: 'numbers',
      shape: targets.length === 1 ? [horizon] : [horizon, targets.length],
      labels: null,
      min: null,
      max: null,
      integral: false,
    },
  };
}

/** Why the windows exceed the limit, or null. */
export function tooManyNumbers({ samples, input_shape, target }: JobInfo, stride: number): Detail | null {
  const [window = 1, width = 1] = input_shape;
  const each = window * width + sizeOf(target.shape);
  if (samples * each <= MOST_NUMBERS) return null;
  const message = `${samples} windows of ${window} × ${width} numbers and their targets are ${samples * each} numbers, the limit is ${MOST_NUMBERS}: use a stride of ${Math.ceil((stride * samples * each) / MOST_NUMBERS)}`;
  return { param: `${PATH}.stride`, code: 'too_big', message };
}

export function planOfSeries(asked: AskedSeries): Planned[] {
  return seriesPlan(asked.columns, { columns: asked.rendered('none') });
}
