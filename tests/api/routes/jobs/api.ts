// An API whose queue only counts what is added to it, for the tests of jobs.

import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { JobQueue } from '#store/store.ts';
import { type Api, startApi } from '../../running-api.ts';

/** Started before the first test of the file that imports it. */
export let api: Api;
export const add = vi.fn<JobQueue['add']>(async () => {});
beforeAll(async () => {
  api = await startApi({}, (store) => ({ ...store, queue: { ...store.queue, add } }));
});
afterEach(() => add.mockReset());
afterAll(() => api.close());
