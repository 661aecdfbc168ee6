// Formats of predictions: JSON, JSON lines, CSV or one NumPy array, written block by block as they are computed.

import type { NestedNumbers } from '#contracts/datasets/dataset.ts';
import { problemOf } from '#contracts/errors.ts';
import type { Prediction, PredictionPart } from '#contracts/jobs/job-api.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Warning } from '#contracts/warnings.ts';
import { bytesOf } from '../data/table.ts';
import { type Shape, sizeOf } from '../model/shape.ts';
import type { Predictor } from '../predict.ts';

export const ANSWER_TYPES = {
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  npy: 'application/x-npy',
} as const;
export type AnswerFormat = keyof typeof ANSWER_TYPES;

export interface AnswerOptions {
  readonly format: AnswerFormat;
  /** Only this part of each prediction; null for all. */
  readonly part: PredictionPart | null;
  readonly jobId: string;
}

export interface AnswerWriter {
  /** Written before the first block. */
  begin(): string | Uint8Array;
  /** @param outputs [rows, …output shape] */
  block(outputs: Float32Array): string | Uint8Array;
  /** Written after the last block; `warnings` cover all rows. */
  end(warnings: readonly Warning[]): string | Uint8Array;
  /** Replacement of the same length for `begin`, once the number of rows is known; null if it stays. */
  heading(rows: number): Uint8Array | null;
}

/** @throws Problem if the model's predictions lack the requested part */
export function answerWriter(predictor: Predictor, options: AnswerOptions): AnswerWriter {
  const { part, format } = options;
  if (part !== null && !predictor.parts.includes(part)) {
    const message = `this model returns ${predictor.parts.join(', ')}, not ${part}`;
    throw problemOf('invalid_request', [{ param: 'return', code: 'does_not_fit', message }]);
  }
  switch (format) {
    case 'json':
      return jsonWriter(predictor, options);
    case 'ndjson':
      return ndjsonWriter(predictor, options);
    case 'csv':
      return csvWriter(predictor, options);
    case 'npy':
      return npyWriter(predictor, part ?? 'output');
  }
}

/** A prediction reduced to the requested part; `nonfinite` is always kept. */
export function only(prediction: Prediction, part: PredictionPart | null): Prediction {
  if (part === null) return prediction;
  const { output, class: index, label, probabilities, nonfinite } = prediction;
  const rest = nonfinite === undefined ? {} : { nonfinite };
  if (part === 'output') return { output, ...rest };
  if (part === 'probabilities') return { ...(probabilities === undefined ? {} : { probabilities }), ...rest };
  return {
    ...(index === undefined ? {} : { class: index }),
    ...(label === undefined ? {} : { label }),
    ...rest,
  };
}

function* predictionsOf(predictor: Predictor, outputs: Float32Array): Generator<Prediction> {
  const width = sizeOf(predictor.output);
  for (let start = 0; start < outputs.length; start += width) {
    yield predictor.interpret(outputs.subarray(start, start + width));
  }
}

function jsonWriter(predictor: Predictor, { part, jobId }: AnswerOptions): AnswerWriter {
  let separator = '';
  return {
    begin: () => `{"object":"prediction","job_id":${JSON.stringify(jobId)},"predictions":[`,
    block(outputs) {
      let text = '';
      for (const prediction of predictionsOf(predictor, outputs)) {
        text += separator + JSON.stringify(only(prediction, part));
        separator = ',';
      }
      return text;
    },
    end: (warnings) => `]${warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`}}`,
    heading: () => null,
  };
}

function ndjsonWriter(predictor: Predictor, { part }: AnswerOptions): AnswerWriter {
  return {
    begin: () => '',
    block(outputs) {
      let text = '';
      for (const prediction of predictionsOf(predictor, outputs)) {
        text += `${JSON.stringify(only(prediction, part))}\n`;
      }
      return text;
    },
    end: () => '',
    heading: () => null,
  };
}

function flat(value: NestedNumbers | readonly NestedNumbers[] | undefined): (string | number)[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(flat) : [value as string | number];
}

/** Column suffixes for the elements of a shape, such as `_0_1`; a single empty one for one element. */
function places(shape: Shape): string[] {
  if (sizeOf(shape) === 1) return [''];
  return Array.from({ length: sizeOf(shape) }, (_, index) => {
    let text = '';
    let rest = index;
    for (const size of shape.toReversed()) {
      text = `_${rest % size}${text}`;
      rest = Math.floor(rest / size);
    }
    return text;
  });
}

export function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvWriter(predictor: Predictor, { part }: AnswerOptions): AnswerWriter {
  const { output: shape, labels, parts, targetColumns } = predictor;
  const wanted = part === null ? parts : [part];
  const classShape = parts.includes('labels') ? shape.slice(1) : shape;
  const yesOrNo = parts.includes('labels') && sizeOf(shape) === 1;
  const named = labels !== null && classShape.length === 0;
  const columns = wanted.flatMap((part) => {
    if (part === 'labels')
      return [...places(classShape).map((at) => `class${at}`), ...(named ? ['label'] : [])];
    if (targetColumns.length > 1 && targetColumns.length === sizeOf(shape)) {
      const what = part === 'output' ? 'output' : 'probability';
      return targetColumns.map((name) => `${what}_${name}`);
    }
    if (part === 'output') return places(shape).map((at) => `output${at}`);
    if (labels !== null && (yesOrNo || shape.length === 1))
      return labels.map((label) => `probability_${label}`);
    return places(yesOrNo ? [2] : shape).map((at) => `probability${at}`);
  });
  if (columns.length > LIMITS.columns) {
    const message = `${columns.length} columns, the limit is ${LIMITS.columns}: request application/x-npy`;
    throw problemOf('invalid_request', [{ param: 'accept', code: 'too_big', message }]);
  }
  const count = {
    labels: sizeOf(classShape),
    probabilities: yesOrNo ? 2 : sizeOf(shape),
    output: sizeOf(shape),
  };
  return {
    begin: () => `${columns.map(quoted).join(',')}\n`,
    block(outputs) {
      let text = '';
      for (const { output, class: index, label, probabilities } of predictionsOf(predictor, outputs)) {
        const cells = wanted.flatMap((part) => {
          const values = flat({ labels: index, probabilities, output }[part]);
          // A prediction with non-finite output has no probabilities or class: the cells stay empty.
          const padded = values.length > 0 ? values : new Array<string>(count[part]).fill('');
          return part === 'labels' && named ? [...padded, quoted(label ?? '')] : padded;
        });
        text += `${cells.join(',')}\n`;
      }
      return text;
    },
    end: () => '',
    heading: () => null,
  };
}

const NPY_HEADER = 128;

function npyWriter(predictor: Predictor, part: PredictionPart): AnswerWriter {
  const { output: shape, parts } = predictor;
  const yesOrNo = parts.includes('labels') && sizeOf(shape) === 1;
  const each = part === 'output' ? shape : part === 'labels' ? shape.slice(1) : yesOrNo ? [2] : shape;
  const dtype = part === 'labels' ? '<i4' : '<f4';
  const heading = (rows: number) => npyHeading(dtype, [rows, ...each]);
  return {
    begin: () => heading(0),
    block(outputs) {
      if (part === 'output') return bytesOf(outputs);
      const width = sizeOf(each);
      const rows = outputs.length / sizeOf(shape);
      const values =
        part === 'labels'
          ? new Int32Array(rows * width).fill(-1)
          : new Float32Array(rows * width).fill(Number.NaN);
      let row = 0;
      for (const { class: index, probabilities } of predictionsOf(predictor, outputs)) {
        values.set(flat(part === 'labels' ? index : probabilities).map(Number), row++ * width);
      }
      return bytesOf(values);
    },
    end: () => '',
    heading,
  };
}

/** NumPy format 1.0; the same length for any number of rows. */
export function npyHeading(dtype: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const header = Buffer.alloc(NPY_HEADER, ' ');
  header.write('\x93NUMPY\x01\x00', 0, 'latin1');
  header.writeUInt16LE(NPY_HEADER - 10, 8);
  header.write(dict, 10, 'latin1');
  header.write('\n', NPY_HEADER - 1);
  return header;
}
