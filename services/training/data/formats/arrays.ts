// A dataset as two arrays of numbers: inputs [samples, …shape] and targets [samples, …shape]. Every non-finite number is reported with its
// position.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { Warning } from '#contracts/warnings.ts';
import { formatShape, sizeOf } from '../../model/shape.ts';
import { dtypeOf, type TableNumbers } from '../numbers.ts';
import { placeIn } from '../place.ts';
import { TargetRange } from '../range.ts';
import { previewRows, type ReadTable } from '../table.ts';
import { cellProblem, FLOAT32_MAX, MAX_DETAILS } from './flatten.ts';
import type { NpyArray } from './npy.ts';

/** Numbers processed before yielding to the event loop. */
const TURN = 2 ** 21;

/** What an archive says about its arrays. */
export interface ArraysOf {
  /** The part each sample belongs to; see MARKS in split.ts. */
  readonly marks?: Uint8Array;
  readonly split?: NonNullable<DatasetInfo['split']>;
  readonly warnings?: readonly Warning[];
}

/** @throws Problem */
export async function readArrays(
  inputs: NpyArray,
  targets: NpyArray,
  { marks, split, warnings = [] }: ArraysOf = {},
): Promise<ReadTable> {
  const details = [...checkShapes(inputs.shape, targets.shape)];
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  details.push(...(await notFinite(inputs, 'inputs')), ...(await notFinite(targets, 'targets')));
  if (details.length > 0) throw problemOf('invalid_dataset', details.slice(0, MAX_DETAILS));

  const [samples = 0, ...inputShape] = inputs.shape;
  const [, ...targetShape] = targets.shape;
  const range = new TargetRange();
  const width = sizeOf(targetShape);
  await inTurns(targets.values, (value, i) => range.add(value, Math.floor(i / width)));
  const info = {
    source: 'npy' as const,
    samples,
    input_shape: inputShape,
    input_range: await rangeOf(inputs.values),
    input_dtype: inputs.isBool ? ('bool' as const) : dtypeOf(inputs.values),
    features: null,
    ...(split && { split }),
    ...(warnings.length > 0 && { warnings: [...warnings] }),
    target: { name: null, kind: 'numbers' as const, shape: targetShape, labels: null, ...range.info() },
  };
  const shown = Math.min(samples, previewRows(sizeOf(inputShape) + width));
  const row = (values: TableNumbers, shape: readonly number[], i: number) =>
    nested(values, shape, i * sizeOf(shape)) as number | unknown[];
  const preview = {
    columns: ['inputs', 'targets'],
    rows: Array.from({ length: shown }, (_, i) => [
      row(inputs.values, inputShape, i),
      row(targets.values, targetShape, i),
    ]),
  };
  return {
    info,
    preview,
    table: { info, inputs: inputs.values, targets: targets.values, ...(marks && { marks }) },
  };
}

function* checkShapes(inputs: readonly number[], targets: readonly number[]): Generator<Detail> {
  const [samples, ...sample] = inputs;
  if (samples === undefined || sample.length === 0) {
    const message = `${formatShape(inputs)} given, expected [samples, …]: reshape(-1, 1) turns it into samples of one number`;
    yield { param: 'inputs', code: 'invalid_shape', message };
  } else if (sizeOf(inputs) === 0) {
    yield { param: 'inputs', code: 'empty', message: `${formatShape(inputs)} is empty` };
  } else if (sizeOf(sample) > LIMITS.sampleSize) {
    const message = `${sizeOf(sample)} numbers per sample, the limit is ${LIMITS.sampleSize}`;
    yield { param: 'inputs', code: 'too_big', message };
  }
  if (targets.length === 0) {
    yield { param: 'targets', code: 'invalid_shape', message: 'one number given, expected [samples, …]' };
  } else if (samples !== undefined && targets[0] !== samples) {
    const message = `${samples} inputs, but ${targets[0]} targets: each sample needs one of each`;
    yield { param: 'targets', code: 'size_mismatch', message };
  } else if (sizeOf(targets) === 0 && sizeOf(inputs) !== 0) {
    yield { param: 'targets', code: 'empty', message: `${formatShape(targets)} is empty` };
  }
}

async function notFinite({ values, shape }: NpyArray, name: string): Promise<Detail[]> {
  const details: Detail[] = [];
  if (values instanceof Uint8Array || values instanceof Int32Array) return details;
  await inTurns(values, (value, i) => {
    if (Math.abs(value) <= FLOAT32_MAX || details.length >= MAX_DETAILS) return;
    const param = `${name}${placeIn(i, shape)}`;
    details.push({ param, code: 'not_a_number', message: cellProblem(value)! });
  });
  return details;
}

async function rangeOf(values: TableNumbers) {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let whole = true;
  await inTurns(values, (value) => {
    if (value < min) min = value;
    if (value > max) max = value;
    whole &&= Number.isInteger(value);
  });
  return { min, max, integral: whole && min >= 0 };
}

async function inTurns(values: TableNumbers, visit: (value: number, index: number) => void): Promise<void> {
  for (let start = 0; start < values.length; start += TURN) {
    const end = Math.min(start + TURN, values.length);
    for (let i = start; i < end; i++) visit(values[i]!, i);
    if (end < values.length) await nextTurn();
  }
}

function nested(values: TableNumbers, shape: readonly number[], from: number): unknown {
  const [size, ...rest] = shape;
  if (size === undefined) return values[from];
  const width = sizeOf(rest);
  return Array.from({ length: size }, (_, i) => nested(values, rest, from + i * width));
}
