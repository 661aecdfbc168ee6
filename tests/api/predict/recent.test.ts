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
