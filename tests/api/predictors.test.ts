import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readInline } from '#training/data/inline.ts';
import { fit as fitModel } from '#training/fit.ts';
import { validateJob } from '#training/validate.ts';
import { openPredictors } from '../../services/api/predictors.ts';
import { jobBody, POINTS } from './running-api.ts';

let artifact: Uint8Array;
beforeAll(async () => {
  const { job } = await validateJob(jobBody(), async () => null);
  const hooks = { onEpoch() {}, shouldStop: () => null, breathe: async () => {} };
  artifact = (await fitModel({ ...job!.spec, dataset: 'ds' }, readInline(POINTS).table, hooks)).model;
});

function artifacts() {
  return {
    read: vi.fn(async function* (_id: string) {
      const half = Math.floor(artifact.byteLength / 2);
      yield Buffer.from(artifact.subarray(0, half));
      yield Buffer.from(artifact.subarray(half));
    }),
  };
}

describe('the predictors', () => {
  it('load an artifact once for everyone who asks', async () => {
    const store = artifacts();
    const predictors = openPredictors(store, 10 * artifact.byteLength);
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => predictors.of('art_1')));
    for (const other of others) expect(other).toBe(first);
    expect(await predictors.of('art_1')).toBe(first);
    expect(store.read).toHaveBeenCalledTimes(1);
  });

  it('keep no more than fits, the least used going first', async () => {
    const store = artifacts();
    const predictors = openPredictors(store, 2 * artifact.byteLength);
    for (const id of ['art_1', 'art_2', 'art_1', 'art_3', 'art_1', 'art_2']) await predictors.of(id);
    expect(store.read.mock.calls.map(([id]) => id)).toEqual(['art_1', 'art_2', 'art_3', 'art_2']);
  });

  it('answer for a model that is larger than the whole cache', async () => {
    const predictors = openPredictors(artifacts(), 1);
    const predictor = await predictors.of('art_1');
    expect(await predictor.predict({ inputs: [[0, 1]] })).toHaveLength(1);
  });

  it('try again after a load that failed', async () => {
    const store = artifacts();
    store.read.mockImplementationOnce(async function* () {
      yield Buffer.alloc(0);
      throw new Error('the database is away');
    });
    const predictors = openPredictors(store, 10 * artifact.byteLength);
    await expect(predictors.of('art_1')).rejects.toThrow('the database is away');
    expect(await predictors.of('art_1')).toBeDefined();
  });

  it('forget what was deleted', async () => {
    const store = artifacts();
    const predictors = openPredictors(store, 10 * artifact.byteLength);
    await predictors.of('art_1');
    predictors.forget('art_1');
    await predictors.of('art_1');
    expect(store.read).toHaveBeenCalledTimes(2);
  });
});
