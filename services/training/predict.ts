// Prediction with a trained model: raw inputs in, interpreted outputs out. The result of a row does not depend on the rows beside it.

import { problemOf } from '#contracts/errors.ts';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import type { Prediction, PredictionPart, PredictRequest } from '#contracts/jobs/job-api.ts';
import type { Backend } from '#engine/backends/backend.ts';
import { defaultBackend } from './backend.ts';
import { RangeWatch } from './data/columns/seen.ts';
import { takesMissing, takesUnknown } from './data/encoders/encoder.ts';
import { flattenRows } from './data/formats/flatten.ts';
import type { TableNumbers } from './data/numbers.ts';
import { flattenRecords } from './data/rows/records.ts';
import { type TargetScale, unscale } from './data/target-scale.ts';
import { checkTokens, networkInputs } from './inputs.ts';
import { interpretOutput, partsOf } from './job/interpret.ts';
import { losses } from './losses/index.ts';
import type { Loss } from './losses/loss.ts';
import { type Named, readComponent } from './model/component.ts';
import type { Model } from './model/model.ts';
import { formatShape, type Shape, sizeOf } from './model/shape.ts';
import { byName } from './named-targets.ts';
import { openPrograms } from './predict/programs.ts';
import { arrivingShape, noArrays, type Wanted } from './predict/rows.ts';
import { decodeArtifact } from './run/artifact.ts';
import type { SeriesCard } from './series/card.ts';
import { type Forecaster, forecasterOf } from './series/forecast.ts';
import { shortestFloat32 } from './shortest.ts';
import { wantedText } from './text/text-records.ts';

export interface Predictor {
  /** The inputs that it takes. */
  readonly wanted: Wanted;
  readonly model: Model;
  readonly labels: readonly string[] | null;
  /** Names of the numbers of the output; empty if they have none. */
  readonly targetColumns: readonly string[];
  /** Shape of one output. */
  readonly output: Shape;
  /** What its predictions contain. */
  readonly parts: readonly PredictionPart[];
  /** Memory that it holds now: the programs compiled so far, and their weights. */
  readonly bytes: number;
  /**
   * @param values [rows, …input shape], raw and checked
   * @returns [rows, …output shape], in the data's units
   */
  outputs(values: TableNumbers): Promise<Float32Array>;
  /** Like `outputs`, but as the loss sees them: for regression, on the scale used in training. */
  raw(values: TableNumbers): Promise<Float32Array>;
  /** Set if the model forecasts time series: its inputs are then rows, not samples. */
  readonly forecaster: Forecaster | null;
  readonly loss: Named<Loss>;
  /** Converts `raw` outputs to the data's units; null if they already are in those units. */
  readonly scale: TargetScale | null;
  /** Checks raw inputs for values outside what training saw; null if that was not recorded. */
  watch(): RangeWatch | null;
  /** Interprets one row's output, its numbers as the shortest decimals of their float32. */
  interpret(output: Float32Array): Prediction;
  /** Predicts a few rows, with numbers in doubles. @throws Problem naming every bad row */
  predict(request: PredictRequest): Promise<Prediction[]>;
  /** Releases its memory; it must not be used afterwards. */
  dispose(): void;
}

export async function loadPredictor(
  artifact: Uint8Array,
  backend: Backend = defaultBackend,
  which: Which = 'last',
): Promise<Predictor> {
  const { card, model, layout, states } = decodeArtifact(artifact, which);
  const named = readComponent(losses, card.loss, 'loss').value;
  if (named === null) throw new Error('the loss of the artifact cannot be read');
  const loss = named.definition;
  const { labels, name: target, scale, columns: targetColumns = [] } = card.target;
  const programs = await openPrograms(model, layout, states, backend);
  const { columns, transform } = card;
  const encoders = transform.kind === 'columns' ? transform.encoders : null;
  const kept = columns?.filter(({ type }) => type !== 'ignore').map(({ name }) => name);
  const wanted: Wanted =
    card.series !== undefined
      ? rowsOfSeries(model, card.series)
      : {
          model,
          features: card.features,
          columns,
          takes: encoders?.map((encoder) => ({
            missing: takesMissing(encoder),
            unknown: takesUnknown(encoder),
          })),
          shape: encoders === null ? model.input : [encoders.length],
          target,
          images: card.images,
          ...(card.column && { text: wantedText(card.column) }),
          targetColumns,
        };
  const outputWidth = sizeOf(model.output);
  const stateBytes = Object.values(states).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const forecaster =
    card.series === undefined
      ? null
      : forecasterOf(card.series, model.output, (inputs) => programs.run(inputs));
  const raw = (values: TableNumbers) => programs.run(networkInputs(model, transform, values));
  const outputs = async (values: TableNumbers) => {
    const found = await raw(values);
    return scale === undefined ? found : unscale(scale, found);
  };
  return {
    wanted,
    model,
    labels,
    output: model.output,
    targetColumns,
    parts: partsOf(loss, model.output),
    get bytes() {
      return programs.bytes + stateBytes;
    },
    outputs,
    raw,
    forecaster,
    loss: named,
    scale: scale ?? null,
    watch: () =>
      card.seen === undefined || model.inputType === 'int32'
        ? null
        : new RangeWatch(card.seen, transform, kept ?? card.features),
    interpret: (output) =>
      byName(interpretOutput(output, model.output, loss, labels, shortestFloat32), targetColumns, loss.task),
    async predict(request) {
      if (forecaster !== null) {
        const forecasts = await forecaster.forecast(readRequest(request, wanted), 'records');
        return forecasts.map(({ prediction }) => prediction);
      }
      const found = await outputs(readRequest(request, wanted));
      return Array.from({ length: found.length / outputWidth }, (_, row) => {
        const output = found.subarray(row * outputWidth, (row + 1) * outputWidth);
        return byName(interpretOutput(output, model.output, loss, labels), targetColumns, loss.task);
      });
    },
    dispose: () => programs.dispose(),
  };
}

/** All columns of the table. The forecaster itself reports missing values. */
function rowsOfSeries(model: Model, { columns, inputs, common }: SeriesCard): Wanted {
  const kept = columns.filter(({ type }) => type !== 'ignore');
  const takes = kept.map(({ name }) => {
    const encoder = common.encoders[inputs.indexOf(name)];
    return { missing: true, absent: true, unknown: encoder !== undefined && takesUnknown(encoder) };
  });
  const features = kept.map(({ name }) => name);
  return { model, features, columns, takes, shape: [kept.length], target: null, series: true };
}

/** The rows of a parsed request, [rows, …input shape]. @throws Problem naming every bad row */
export function readRequest({ inputs, records }: PredictRequest, wanted: Wanted): Float64Array {
  const { model } = wanted;
  if ((inputs === undefined) === (records === undefined)) {
    const message = 'exactly one of inputs and records must be given';
    throw problemOf('invalid_request', [{ param: 'body', code: 'invalid', message }]);
  }
  const refused = inputs === undefined ? null : noArrays(wanted);
  if (refused !== null)
    throw problemOf('invalid_request', [{ param: 'inputs', code: 'no_arrays', message: refused }]);
  const because = `the model takes ${formatShape(wanted.shape)}:`;
  const { values, details } =
    records === undefined
      ? flattenRows(inputs!, 'inputs', { shape: arrivingShape(inputs!, wanted.shape), because })
      : flattenRecords(records, wanted);
  if (details.length === 0 && wanted.columns === undefined) {
    details.push(...checkTokens(model, values, records === undefined ? 'inputs' : 'records'));
  }
  if (details.length > 0) throw problemOf('invalid_request', details);
  return values;
}
