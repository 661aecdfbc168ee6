// Jobs stored by an earlier version: fields that it did not have yet are no error.

import { expect, it } from 'vitest';
import { z } from 'zod';
import { Job, type JobSpec } from '#contracts/jobs/job-api.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import type { JobRecord } from '#store/store.ts';
import { fit as train } from '#training/run/fit.ts';
import { presentJob } from '../../services/api/present/job.ts';
import { smallJob, watching } from '../training/job.ts';

/** A spec as the first version stored it: validation_split as the only kind of held-out data, and `preprocess` a plain string. */
async function earlier() {
  const { spec, table } = await smallJob({ preprocess: 'none', training: { validation_split: 0.2 } });
  const { validation: _, test: __, restore_best: ___, ...training } = spec.training;
  const { resume_on: ____, ...rest } = spec;
  const old = { ...rest, training, preprocess: 'none' } as unknown as JobSpec;
  return { spec, old, table };
}

it('are shown with the defaults that applied when they were stored', async () => {
  const { old } = await earlier();
  const record: JobRecord = {
    id: 'job_1',
    tenant: 'default',
    name: null,
    status: 'queued',
    stopReason: null,
    error: null,
    spec: old,
    crossValidation: null,
    priority: 0,
    parameters: 1,
    totalSteps: 1,
    metadata: {},
    createdAt: new Date(0),
    startedAt: null,
    finishedAt: null,
    attempt: 0,
    progress: { epoch: 0, step: 0, etaSeconds: null, runningLoss: null, samplesPerSec: null },
    latest: null,
    best: null,
    test: null,
    warnings: [],
    lastSeq: 2,
    model: null,
    bestModel: null,
    startArtifact: null,
    fingerprint: null,
    traceparent: null,
  };
  const shown = z.encode(Job, presentJob(record, null));
  expect(shown).toMatchObject({
    training: { validation_split: 0.2, validation: null, test: null },
    preprocess: { inputs: 'none', target: 'none' },
    resume_on: 'same',
  });
});

it('train to bit-identical weights', async () => {
  const { spec, old, table } = await earlier();
  const now = await train(spec, table, watching(), { backend: wasm });
  const then = await train(old, table, watching(), { backend: wasm });
  expect(Buffer.compare(then.model, now.model)).toBe(0);
  expect(then.fingerprint).toBe(now.fingerprint);
});
