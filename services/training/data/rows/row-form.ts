// Raw rows of a table in the form that a program takes. A form is plain data, so that a thread can receive it; converting rows together or
// separately gives the same numbers.

import { type Augment, augmenter } from '../../augment/augmenter.ts';
import { networkNumbers } from '../../inputs.ts';
import { numbersFor, type TableNumbers } from '../numbers.ts';
import { scaleTargets, type TargetScale } from '../target-scale.ts';
import type { Transform } from '../transform.ts';
import type { Rows } from './rows.ts';

export interface RowForm {
  /** Augmentation, applied to the raw rows of an epoch; null if there is none. */
  readonly augment: Augment | null;
  /** `width` numbers per row, as the network takes them; the program converts bytes to numbers itself. */
  readonly inputs: {
    readonly transform: Transform;
    readonly width: number;
    readonly kind: 'bytes' | 'f32' | 'i32';
  };
  readonly targets: {
    readonly scale: TargetScale | null;
    readonly width: number;
    readonly kind: 'f32' | 'i32';
  };
}

export type ProgramNumbers = Float32Array | Int32Array | Uint8Array;

/** Rows in the form a program takes: [rows, width] each. */
export interface Window {
  readonly inputs: ProgramNumbers;
  readonly targets: ProgramNumbers;
}

const ARRAYS = { bytes: Uint8Array, f32: Float32Array, i32: Int32Array } as const;
const BYTES = { bytes: 1, f32: 4, i32: 4 } as const;

/** Size of a row in bytes. */
export function rowBytes({ inputs, targets }: RowForm): number {
  return inputs.width * BYTES[inputs.kind] + targets.width * BYTES[targets.kind];
}

/** A window at the beginning of `buffer`. The targets come first: their width is a multiple of 4 bytes, so both arrays are aligned. */
export function windowOf({ inputs, targets }: RowForm, rows: number, buffer: ArrayBufferLike): Window {
  const begin = rows * targets.width * BYTES[targets.kind];
  return {
    targets: new ARRAYS[targets.kind](buffer as ArrayBuffer, 0, rows * targets.width),
    inputs: new ARRAYS[inputs.kind](buffer as ArrayBuffer, begin, rows * inputs.width),
  };
}

/**
 * Returns a function that writes the given rows of a table, in that order, to a window of the same length: augmented for the epoch, or as
 * they are if it is null.
 */
export function makerOf(
  { inputs, targets }: { readonly inputs: Rows; readonly targets: Rows },
  form: RowForm,
): (rows: Int32Array, window: Window, epoch: number | null) => void {
  const scratch = { inputs: numbersFor(inputs.dtype, 0), targets: numbersFor(targets.dtype, 0) };
  const raw = (which: 'inputs' | 'targets', source: Rows, rows: Int32Array) => {
    const length = rows.length * source.width;
    if (scratch[which].length < length) scratch[which] = numbersFor(source.dtype, length);
    const numbers = scratch[which].subarray(0, length);
    source.copy(rows, numbers);
    return numbers;
  };
  const asTheyAre = isAsStored(inputs, form);
  const change = form.augment && augmenter(form.augment);
  return (rows, window, epoch) => {
    if (change !== null && epoch !== null) {
      const changed = raw('inputs', inputs, rows);
      change(changed, rows, epoch);
      makeInputs(form, changed, window.inputs);
    } else if (asTheyAre) inputs.copy(rows, window.inputs);
    else makeInputs(form, raw('inputs', inputs, rows), window.inputs);
    const { scale } = form.targets;
    const wanted = raw('targets', targets, rows);
    window.targets.set(scale === null ? wanted : scaleTargets(scale, wanted));
  };
}

/** Whether the program takes the bytes exactly as the table stores them. */
function isAsStored({ dtype }: Rows, { inputs: { kind, transform } }: RowForm): boolean {
  if (kind === 'bytes') return dtype === 'U8';
  return transform.kind === 'none' && dtype === (kind === 'f32' ? 'F32' : 'I32');
}

function makeInputs({ inputs }: RowForm, raw: TableNumbers, out: ProgramNumbers): void {
  if (inputs.kind === 'bytes') out.set(raw);
  else networkNumbers(inputs.transform, inputs.width, raw, out as Float32Array | Int32Array);
}
