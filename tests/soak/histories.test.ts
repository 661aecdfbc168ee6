// The soak checks find what they are meant to find: each history here has one error.

import { describe, expect, test } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { checkJob, checkLog, faultsInARow } from './histories.ts';

type Told = [attempt: number, type: string, data: object];
const status = (attempt: number, status: string, message: string | null = null): Told => [
  attempt,
  'status',
  { status, stop_reason: null, message },
];
const epoch = (attempt: number, epoch: number): Told => [attempt, 'metrics', { epoch }];
const done: Told = [2, 'done', {}];

const GOOD: readonly Told[] = [
  status(0, 'validating'),
  status(0, 'queued'),
  status(1, 'running'),
  epoch(1, 1),
  epoch(1, 2),
  status(1, 'queued', 'the worker was lost in attempt 1 of 5: the job is queued again'),
  status(2, 'running'),
  epoch(2, 2),
  epoch(2, 3),
  status(2, 'succeeded'),
  done,
];

const log = (told: readonly Told[]) =>
  told.map(([attempt, type, data], i) => ({ seq: i + 1, attempt, type, data }) as JobEvent);
const without = (...gone: number[]) => GOOD.filter((_, i) => !gone.includes(i));
const inserted = (at: number, told: Told) => [...GOOD.slice(0, at), told, ...GOOD.slice(at)];

test('a history of two attempts is valid', () => {
  expect(checkLog(log(GOOD))).toEqual([]);
  const job = { status: 'succeeded', last_seq: GOOD.length, attempt: 2 } as Job;
  expect(checkJob(job, log(GOOD), { maxAttempts: 5 })).toEqual([]);
});

describe('the checks detect that', () => {
  test.each<[string, JobEvent[], RegExp]>([
    ['an event is missing', log(GOOD).toSpliced(3, 1), /event 4 has the seq 5/],
    ['an event is there twice', log(GOOD).toSpliced(3, 0, log(GOOD)[3]!), /event 5 has the seq 4/],
    ['epochs are told twice', log(inserted(5, epoch(1, 1))), /attempt 1 told epoch 1 after 2/],
    ['an epoch is left out', log(inserted(9, epoch(2, 5))), /attempt 2 told epoch 5 after 3/],
    [
      'an attempt goes on from what nobody was told',
      log(GOOD.with(7, epoch(2, 4)).with(8, epoch(2, 5))),
      /begins at epoch 4, and 2 was/,
    ],
    ['a job begins twice', log(inserted(7, status(3, 'running'))), /from running to running/],
    ['a job ends twice', log(inserted(10, status(2, 'cancelled'))), /it has 2 ends/],
    ['a job never ends', log(without(9)), /it has 0 ends/],
    ['the last word is missing', log(without(10)), /it has 0 done events/],
    ['a zombie writes', log(inserted(8, epoch(1, 3))), /is of attempt 1, not 2/],
  ])('%s', (_what, events, expected) => {
    expect(checkLog(events).join('\n')).toMatch(expected);
  });

  test('a job fails too early, or shows another status than its log', () => {
    const failed = log([...GOOD.slice(0, 9), status(2, 'failed'), done]);
    const job = { status: 'failed', stop_reason: 'worker_lost', last_seq: 11, attempt: 2 } as Job;
    expect(checkJob(job, failed, { maxAttempts: 5 })).toEqual([
      'it failed (worker_lost) after 2 of 5 faults in a row',
    ]);
    expect(checkJob(job, failed, { maxAttempts: 2 })).toEqual([]);
    expect(checkJob({ ...job, status: 'succeeded' }, failed, { maxAttempts: 2 })).toHaveLength(1);
  });
});

describe('consecutive faults', () => {
  const checkpoint = (attempt: number, step: number): Told => [attempt, 'checkpoint', { epoch: step, step }];

  test('include a lost worker', () => {
    expect(faultsInARow(log(GOOD))).toBe(1);
  });

  test.each(['the worker shut down: the job is queued again', 'the database was unreachable in attempt 1'])(
    'exclude "%s"',
    (message) => {
      expect(faultsInARow(log(GOOD.with(5, status(1, 'queued', message))))).toBe(0);
    },
  );

  test('restart from zero at a checkpoint with progress, but not at a repeated one', () => {
    const lost = status(1, 'queued', 'the worker was lost');
    const told = [status(1, 'running'), checkpoint(1, 4), lost, status(2, 'running'), lost];
    expect(faultsInARow(log(told))).toBe(1);
    expect(faultsInARow(log([...told, status(3, 'running'), checkpoint(3, 4), lost]))).toBe(2);
    expect(faultsInARow(log([...told, status(3, 'running'), checkpoint(3, 5), lost]))).toBe(0);
    expect(faultsInARow(log([...told, status(3, 'running'), status(3, 'failed')]))).toBe(2);
  });
});
