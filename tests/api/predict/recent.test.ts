import { expect, it } from 'vitest';
import { openRecentModels } from '../../../services/api/predict/recent.ts';

const source = (artifact: string) => ({ artifact, which: 'last' as const });

it('a job’s model is asked for once in a moment, and again after it or when it was deleted', async () => {
  let now = 0;
  let asked = 0;
  const recent = openRecentModels(() => now);
  const find = async () => source(`art_${++asked}`);
  expect(await recent.of('job_1', find)).toEqual(source('art_1'));
  now = 999;
  expect(await recent.of('job_1', find)).toEqual(source('art_1'));
  now = 1_001;
  expect(await recent.of('job_1', find)).toEqual(source('art_2'));
  recent.forget('art_2');
  expect(await recent.of('job_1', find)).toEqual(source('art_3'));
});

it('a job that is not found is asked for every time', async () => {
  const recent = openRecentModels();
  const missing = () => Promise.reject(new Error('no such job'));
  await expect(recent.of('job_1', missing)).rejects.toThrow();
  expect(await recent.of('job_1', async () => source('art_1'))).toEqual(source('art_1'));
});

it('many that ask at once are answered by one question', async () => {
  let asked = 0;
  const recent = openRecentModels();
  const find = async () => source(`art_${++asked}`);
  const answers = await Promise.all(Array.from({ length: 5 }, () => recent.of('job_1', find)));
  expect(answers).toEqual(Array(5).fill(source('art_1')));
});

it('one that is in use is asked for again before its moment is over, and nobody waits for the answer', async () => {
  let now = 0;
  const recent = openRecentModels(() => now);
  await recent.of('job_1', async () => source('art_1'));
  now = 600;
  const answer = Promise.withResolvers<ReturnType<typeof source>>();
  expect(await recent.of('job_1', () => answer.promise)).toEqual(source('art_1'));
  answer.resolve(source('art_2'));
  await answer.promise;
  now = 1_100;
  const never = () => Promise.reject(new Error('asked again'));
  expect(await recent.of('job_1', never)).toEqual(source('art_2'));
});

it('an answer that comes after the model was deleted is not remembered', async () => {
  const recent = openRecentModels();
  const late = Promise.withResolvers<ReturnType<typeof source>>();
  const first = recent.of('job_1', () => late.promise);
  recent.forget('art_1');
  late.resolve(source('art_1'));
  await first;
  await expect(recent.of('job_1', () => Promise.reject(new Error('no such job')))).rejects.toThrow('no such');
});
