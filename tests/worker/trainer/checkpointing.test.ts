// When a checkpoint is written, on a fake clock.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Checkpoint } from '#training/run/fit.ts';
import { openCheckpointing } from '../../../services/worker/trainer/checkpointing.ts';
import type { FromTrainer } from '../../../services/worker/trainer/protocol.ts';

let dir: string;
let file: string;
let clock: number;
let said: FromTrainer[];
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-tests-checkpointing-'));
  file = path.join(dir, 'checkpoint');
  clock = 0;
  said = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (to = file) =>
  openCheckpointing({
    path: to,
    everySeconds: 30,
    send: (message) => said.push(message),
    now: () => clock,
  });
const place = (epoch: number, occasion: Checkpoint['occasion'] = 'epoch'): Checkpoint => ({
  epoch,
  step: epoch * 10,
  best: null,
  occasion,
  state: () => {
    throw new Error('not wanted');
  },
  file: async () => [Buffer.from('after '), Buffer.from(`${epoch}`)],
});
const epochs = () => said.map((message) => (message.type === 'checkpoint' ? message.epoch : message.type));

test('sub-second epochs produce a checkpoint every two seconds, the first after two', async () => {
  const checkpointing = open();
  for (let epoch = 1; epoch <= 100; epoch++) {
    clock = epoch * 100;
    await checkpointing.offer(place(epoch));
    checkpointing.stored();
  }
  expect(epochs()).toEqual([20, 40, 60, 80, 100]);
  expect(said[0]).toEqual({ type: 'checkpoint', epoch: 20, step: 200, best: null, path: file });
  expect(await readFile(file, 'utf8')).toBe('after 100');
});

test('the file does not change until it has been stored', async () => {
  const checkpointing = open();
  for (clock of [3_000, 6_000, 60_000]) await checkpointing.offer(place(clock / 1_000));
  expect(epochs()).toEqual([3]);
  expect(await readFile(file, 'utf8')).toBe('after 3');
});

test('a slow checkpoint delays the next one', async () => {
  const checkpointing = open();
  clock = 2_000;
  await checkpointing.offer(place(1));
  clock = 3_000;
  checkpointing.stored();
  for (clock of [5_000, 12_999, 13_000]) await checkpointing.offer(place(clock));
  expect(epochs()).toEqual([1, 13_000]);
});

test('a checkpoint that cannot be written is reported, and the job continues', async () => {
  const checkpointing = open(path.join(dir, 'nowhere', 'checkpoint'));
  clock = 2_000;
  await checkpointing.offer(place(1));
  clock = 2_100;
  await checkpointing.offer(place(2));
  expect(said).toEqual([{ type: 'uncheckpointed', message: expect.stringContaining('ENOENT') }]);
});

test('within a long epoch a checkpoint is due every 30 seconds', async () => {
  const checkpointing = open();
  const wanted: number[] = [];
  for (clock = 0; clock <= 70_000; clock += 1_000) {
    if (!checkpointing.isWanted()) continue;
    wanted.push(clock);
    await checkpointing.offer(place(0, 'within'));
    checkpointing.stored();
  }
  expect(wanted).toEqual([30_000, 60_000]);
});

test('a requested checkpoint is written at once, even right after another', async () => {
  const checkpointing = open();
  clock = 3_000;
  await checkpointing.offer(place(1));
  checkpointing.stored();
  checkpointing.request();
  expect(checkpointing.isWanted()).toBe(true);
  await checkpointing.offer(place(2, 'within'));
  checkpointing.stored();
  expect(checkpointing.isWanted()).toBe(false);
  await checkpointing.offer(place(3, 'within'));
  expect(epochs()).toEqual([1, 2]);
});

test('the checkpoint of a pause waits until the previous file has been stored', async () => {
  const checkpointing = open();
  clock = 3_000;
  await checkpointing.offer(place(1));
  const last = checkpointing.offer(place(2, 'pause'));
  expect(await readFile(file, 'utf8')).toBe('after 1');
  checkpointing.stored();
  await last;
  expect(epochs()).toEqual([1, 2]);
  expect(await readFile(file, 'utf8')).toBe('after 2');
});
