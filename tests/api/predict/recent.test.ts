import { expect, it } from 'vitest';
import { openRecentModels } from '../../../services/api/predict/recent.ts';

const source = (artifact: string) => ({ artifact, which: 'last' as const });

it('a job’s model is looked up once a second, and again after it was deleted', async () => {
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

it('a failed lookup is not cached', async () => {
  const recent = openRecentModels();
  const missing = () => Promise.reject(new Error('no such job'));
  await expect(recent.of('job_1', missing)).rejects.toThrow();
  expect(await recent.of('job_1', async () => source('art_1'))).toEqual(source('art_1'));
});

it('concurrent lookups share one query', async () => {
  let asked = 0;
  const recent = openRecentModels();
  const find = async () => source(`art_${++asked}`);
  const answers = await Promise.all(Array.from({ length: 5 }, () => recent.of('job_1', find)));
  expect(answers).toEqual(Array(5).fill(source('art_1')));
});

it('an entry in use is refreshed in the background before it expires', async () => {
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

it('a lookup that resolves after the model was deleted is not cached', async () => {
  const recent = openRecentModels();
  const late = Promise.withResolvers<ReturnType<typeof source>>();
  const first = recent.of('job_1', () => late.promise);
  recent.forget('art_1');
  late.resolve(source('art_1'));
  await first;
  await expect(recent.of('job_1', () => Promise.reject(new Error('no such job')))).rejects.toThrow('no such');
});
