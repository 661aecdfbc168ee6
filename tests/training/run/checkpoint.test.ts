// A run's state as a file: restored bit for bit, and valid only for its own job and program.

import { describe, expect, it } from 'vitest';
import { decodeArtifact } from '#training/run/artifact.ts';
import { CheckpointError, checkpointPieces, decodeCheckpoint } from '#training/run/checkpoint.ts';
import { type Checkpoint, type FitResult, fit as train } from '#training/run/fit.ts';
import type { RunState } from '#training/run/run-state.ts';
import { type SmallJob, smallJob, watching } from '../job.ts';

const STOPPING = { monitor: 'val_loss', patience: 3, min_delta: 0.02 };

/** A job that uses every kind of state a run can have, with odd shapes. */
const everything = () =>
  smallJob({
    model: {
      layers: [
        { type: 'Linear', out_features: 8 },
        'BatchNorm1d',
        'Dropout',
        { type: 'Linear', out_features: 2 },
      ],
    },
    training: {
      epochs: 9,
      accumulate_steps: 3,
      optimizer: { type: 'Adam', lr: 0.05, amsgrad: true },
      scheduler: { type: 'ReduceLROnPlateau', patience: 1 },
      early_stopping: STOPPING,
    },
  });

async function filesOf({ spec, table }: SmallJob): Promise<{ whole: FitResult; files: Map<number, Buffer> }> {
  const files = new Map<number, Buffer>();
  const onCheckpoint = async ({ epoch, file }: Checkpoint) =>
    void files.set(epoch, Buffer.concat(await file()));
  return { whole: await train(spec, table, { ...watching(), onCheckpoint }), files };
}

async function resume({ spec, table }: SmallJob, file: Uint8Array) {
  const refusals: (string | null)[] = [];
  const hooks = watching();
  const told = (refused: string | null) => void refusals.push(refused);
  const result = await train(spec, table, hooks, { resume: { file, report: told } });
  return { result, refusals, epochs: hooks.reports.map(({ epoch }) => epoch) };
}

const small = await smallJob();
const owner = {
  spec: small.spec,
  fingerprint: 'wasm-1',
  card: decodeArtifact((await train(small.spec, small.table, watching())).model).card,
};
const state: RunState = {
  epoch: 3,
  step: 21,
  position: 2,
  seconds: 0.1 + 0.2,
  sums: [Number.NaN, -0, 1e-320],
  schedule: { best: Number.POSITIVE_INFINITY, bad: 0, cooldown: null },
  best: { epoch: 2, step: 14, value: -0 },
  // A signaling NaN and a quiet one with a payload: equal as numbers, different as bits.
  states: { theta: new Float32Array(new Uint32Array([0x7fa00001, 0xffc12345, 0x80000000, 1]).buffer) },
  bestStates: { theta: new Float32Array([1, 2, 3, 4]), buffers: new Float32Array(0) },
};
const bits = (states: RunState['states']) =>
  Object.entries(states).map(([name, values]) => [name, Buffer.from(new Uint8Array(values.slice().buffer))]);

describe('a checkpoint file', () => {
  it('restores every bit of the state', () => {
    const file = Buffer.concat(checkpointPieces(state, owner));
    const { states, bestStates, moved: _, ...rest } = decodeCheckpoint(file, owner);
    const { states: before, bestStates: bestBefore, ...restBefore } = state;
    expect(rest).toEqual(restBefore);
    expect(Object.is(rest.sums[1], -0)).toBe(true);
    expect(bits(states)).toEqual(bits(before));
    expect(bits(bestStates)).toEqual(bits(bestBefore));
  });

  it.each([
    ['another job', { ...owner, spec: { ...owner.spec, seed: 1 } }, /another job/],
    ['another program or machine', { ...owner, fingerprint: 'wasm-2' }, /program wasm-1, but this is wasm-2/],
  ])('of %s is rejected', (_, other, why) => {
    const file = Buffer.concat(checkpointPieces(state, owner));
    expect(() => decodeCheckpoint(file, other)).toThrow(CheckpointError);
    expect(() => decodeCheckpoint(file, other)).toThrow(why);
  });

  it.each([0, 7, 100, 400, -1])('truncated after %i bytes is rejected', (at) => {
    const file = Buffer.concat(checkpointPieces(state, owner)).subarray(0, at);
    expect(() => decodeCheckpoint(file, owner)).toThrow(CheckpointError);
  });
});

describe('a run', () => {
  it('resumed from any of its files ends with the same bytes as the unbroken one', async () => {
    const job = await everything();
    const { whole, files } = await filesOf(job);
    expect(files.size).toBeGreaterThan(2);
    for (const [epoch, file] of files) {
      const { result, refusals, epochs } = await resume(job, file);
      expect(refusals).toEqual([null]);
      expect(epochs[0]).toBe(epoch + 1);
      expect(result.outcome).toBe(whole.outcome);
      expect(Buffer.from(result.model).equals(whole.model)).toBe(true);
    }
  });

  it('resumed within an epoch, or from a pause there, ends with the same bytes as well', async () => {
    const job = await everything();
    const { whole } = await filesOf(job);
    for (const stop of ['within', 'pause'] as const) {
      for (const looks of [0, 1, 2, 5, 9]) {
        const found: { file: Buffer; position: number; step: number }[] = [];
        const hooks = watching();
        const left = await train(job.spec, job.table, {
          ...hooks,
          wantsCheckpoint: () => stop === 'within' && found.length === 0 && hooks.looks++ >= looks,
          shouldStop: () => (stop === 'pause' && hooks.looks++ >= looks ? 'pause' : null),
          onCheckpoint: async ({ occasion, step, state, file }) => {
            if (occasion !== stop) return;
            const { position } = await state();
            found.push({ file: Buffer.concat(await file()), position, step });
          },
        });
        expect(left.outcome).toBe(stop === 'pause' ? 'paused' : whole.outcome);
        expect(found).toHaveLength(1);
        const { result, refusals } = await resume(job, found[0]!.file);
        expect(refusals).toEqual([null]);
        expect(Buffer.from(result.model).equals(whole.model)).toBe(true);
        const held = decodeArtifact(found[0]!.file).states;
        if (stop === 'pause') expect(held.theta).toEqual(left.state.states.theta);
      }
    }
  });

  it('writes no checkpoint for its last epoch, since there is nothing to resume', async () => {
    const { whole, files } = await filesOf(await everything());
    expect([...files.keys()]).toEqual(Array.from({ length: whole.state.epoch - 1 }, (_, i) => i + 1));
  });

  it('given the file of another job starts from the beginning, and says why', async () => {
    const job = await smallJob();
    const other = await smallJob({ seed: 5 });
    const { files } = await filesOf(other);
    const { result, refusals, epochs } = await resume(job, files.get(2)!);
    expect(refusals).toEqual(['it belongs to another job']);
    expect(epochs).toEqual([1, 2, 3]);
    const { whole } = await filesOf(job);
    expect(Buffer.from(result.model).equals(whole.model)).toBe(true);
  });
});
