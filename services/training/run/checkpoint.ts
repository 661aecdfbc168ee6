// The state of a run as a file: safetensors with the exact bits of weights and optimizer state, and the rest as JSON. It records its job
// and program: another program would continue, but with different bits.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { bytesOf } from '../data/table.ts';
import { decodeSafetensors, type SafeTensor, safetensorsPieces } from '../model/safetensors.ts';
import { numbersOf } from '../model/tensor-numbers.ts';
import { CHECKPOINT_MODEL, CHECKPOINT_STATES, type ModelCard } from './artifact.ts';
import type { RunState } from './run-state.ts';

/** What a checkpoint must match to be resumed. A CompiledJob is one. */
export interface CheckpointOwner {
  readonly spec: JobSpec;
  /** Of the program and the kind of machine. */
  readonly fingerprint: string;
  /** Turns the weights into a usable model. */
  readonly card: ModelCard;
}

/** The file cannot be resumed from; the message says why. */
export class CheckpointError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckpointError';
  }
}

/** JSON has no NaN, infinities or negative zero: they are written as text. */
const asText = (_: string, value: unknown) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? Object.is(value, -0)
      ? '-0'
      : String(value)
    : value;
const Double = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity', '-0']).transform(Number)]);
const Count = z.int().min(0);

const Card = z.object({
  version: z.literal(1),
  spec: z.string(),
  program: z.string(),
  state: z.object({
    epoch: Count,
    step: Count,
    position: Count,
    seconds: Double,
    sums: z.array(Double),
    schedule: z.record(z.string(), Double.nullable()).nullable(),
    best: z.object({ epoch: Count, step: Count.default(0), value: Double }).nullable(),
  }),
});

const { last: STATES, best: BEST } = CHECKPOINT_STATES;

/** The file in pieces, to be written one after the other; the numbers are not copied. */
export function checkpointPieces(state: RunState, owner: CheckpointOwner): Uint8Array[] {
  const { states, bestStates, ...rest } = state;
  const tensors = new Map<string, SafeTensor>();
  for (const [prefix, group] of [
    [STATES, states],
    [BEST, bestStates],
  ] as const) {
    for (const [name, values] of Object.entries(group)) {
      tensors.set(prefix + name, { dtype: 'F32', shape: [values.length], bytes: bytesOf(values) });
    }
  }
  const card = { version: 1, spec: sumOf(owner.spec), program: owner.fingerprint, state: rest };
  return safetensorsPieces(
    tensors,
    new Map([
      ['epochd', JSON.stringify(card, asText)],
      [CHECKPOINT_MODEL, JSON.stringify(owner.card)],
    ]),
  );
}

/**
 * @throws CheckpointError if the file is not a checkpoint, belongs to another job, or was made by another program and the job's `resume_on`
 * is not "any"
 */
export function decodeCheckpoint(file: Uint8Array, owner: CheckpointOwner): RunState & { moved: boolean } {
  const { tensors, card } = read(file);
  if (card.spec !== sumOf(owner.spec)) throw new CheckpointError('it belongs to another job');
  const moved = card.program !== owner.fingerprint;
  if (moved && owner.spec.resume_on !== 'any') {
    throw new CheckpointError(
      `it was written by the program ${card.program}, but this is ${owner.fingerprint}`,
    );
  }
  const groups: Record<string, Record<string, Float32Array>> = { [STATES]: {}, [BEST]: {} };
  for (const [key, tensor] of tensors) {
    const prefix = [STATES, BEST].find((start) => key.startsWith(start));
    if (prefix === undefined || tensor.dtype !== 'F32')
      throw new CheckpointError(`it contains an invalid ${key}`);
    groups[prefix]![key.slice(prefix.length)] = numbersOf(tensor);
  }
  return { ...card.state, states: groups[STATES]!, bestStates: groups[BEST]!, moved };
}

function read(file: Uint8Array) {
  try {
    const { tensors, metadata } = decodeSafetensors(file);
    return { tensors, card: Card.parse(JSON.parse(metadata.get('epochd') ?? 'null')) };
  } catch (error) {
    throw new CheckpointError(`it cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function sumOf(spec: JobSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
}
