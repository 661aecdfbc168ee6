// A trained model in use: raw inputs in, outputs with their meaning out. A row's result does not depend on the rows
// beside it: all rows run through one program of a fixed batch, the last batch filled up.

import { setImmediate as turn } from 'node:timers/promises';
import { type Detail, problemOf } from '#contracts/errors.ts';
import type { Prediction, PredictRequest } from '#contracts/job-api.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Backend, Numbers } from '#engine/backends/backend.ts';
import { decodeArtifact } from './artifact.ts';
import { defaultBackend } from './backend.ts';
import { flattenRows } from './data/flatten.ts';
import { flattenRecords } from './data/records.ts';
import { checkTokens, networkInputs } from './inputs.ts';
import { interpretOutput } from './interpret.ts';
import { losses } from './losses/index.ts';
import { formatShape, sizeOf } from './shape.ts';
import { predictProgram } from './step.ts';

const BATCH = 32;
const TURN_MS = 20;

export interface Predictor {
  readonly info: {
    readonly input_shape: readonly number[];
    readonly features: readonly string[] | null;
    readonly labels: readonly string[] | null;
    readonly parameters: number;
  };
  /** Gives the event loop its turns where there is much to do. @throws Problem naming every bad row */
  predict(request: PredictRequest): Promise<Prediction[]>;
}

export async function loadPredictor(
  artifact: Uint8Array,
  backend: Backend = defaultBackend,
): Promise<Predictor> {
  const { card, model, layout, states } = decodeArtifact(artifact);
  const loss = losses.members.get(card.loss.type)!;
  const executable = await backend.compile(predictProgram(model, layout, BATCH));
  for (const [name, values] of Object.entries(states)) executable.write(name, values);
  const width = sizeOf(model.input);
  const outputWidth = sizeOf(model.output);

  const outputsOf = async (batch: Numbers): Promise<Float32Array> => {
    executable.write('inputs', batch);
    await executable.run('predict', { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) });
    return (await executable.read('output')) as Float32Array;
  };
  // Requests share the executable, but never a batch: the next one begins when the last one's output was read.
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };

  const read = (request: PredictRequest): { values: Float64Array; details: Detail[] } => {
    const { inputs, records } = request;
    if ((inputs === undefined) === (records === undefined)) {
      const message = 'exactly one of inputs and records must be given';
      return { values: new Float64Array(0), details: [{ param: 'body', code: 'invalid', message }] };
    }
    const rows = (inputs ?? records)!;
    const param = inputs === undefined ? 'records' : 'inputs';
    if (rows.length > LIMITS.predictRows) {
      const message = `${rows.length} rows, the limit is ${LIMITS.predictRows}`;
      return { values: new Float64Array(0), details: [{ param, code: 'too_big', message }] };
    }
    if (records !== undefined) return flattenRecords(records, card.features, card.target.name);
    const because = `the model takes ${formatShape(model.input)}:`;
    return flattenRows(rows, param, { shape: model.input, because });
  };

  return {
    info: {
      input_shape: model.input,
      features: card.features,
      labels: card.target.labels,
      parameters: model.parameters,
    },
    async predict(request) {
      const { values, details } = read(request);
      if (details.length === 0) {
        details.push(...checkTokens(model, values, request.inputs === undefined ? 'records' : 'inputs'));
      }
      if (details.length > 0) throw problemOf('invalid_request', details);
      const rows = values.length / width;
      const inputs = networkInputs(model, card.transform, values);
      const predictions: Prediction[] = [];
      let lastTurn = performance.now();
      for (let start = 0; start < rows; start += BATCH) {
        if (performance.now() - lastTurn > TURN_MS) {
          await turn();
          lastTurn = performance.now();
        }
        const batch =
          inputs instanceof Int32Array ? new Int32Array(BATCH * width) : new Float32Array(BATCH * width);
        batch.set(inputs.subarray(start * width, (start + BATCH) * width));
        const outputs = await alone(() => outputsOf(batch));
        for (let row = 0; row < Math.min(BATCH, rows - start); row++) {
          const output = outputs.subarray(row * outputWidth, (row + 1) * outputWidth);
          predictions.push(interpretOutput(output, model.output, loss, card.target.labels));
        }
      }
      return predictions;
    },
  };
}
