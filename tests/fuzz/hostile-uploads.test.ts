// Malformed and oversized files: each is refused with a reason, in bounded memory, and the next request is answered normally.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, startApi } from '../api/running-api.ts';
import { descendants } from '../e2e/service.ts';
import { HOSTILE_FILES } from './hostile-files.ts';

/** Bound for the parsing process: Node itself plus little more than the largest allowed file. */
const PEAK_KIB = 900 * 1024;

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

/** The peak resident memory of any process that the API started, in KiB. */
function peak(): number {
  const peaks = descendants(process.pid).map(({ pid }) => {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // has just exited
    }
  });
  return Math.max(0, ...peaks);
}

describe('a hostile file is refused:', () => {
  test.each(HOSTILE_FILES.map((file) => [file.what, file] as const))(
    '%s',
    async (_what, file) => {
      const form = new FormData();
      if (file.route === '/datasets') form.append('target', 'target');
      form.append('file', new Blob([new Uint8Array(file.content())]), file.fileName);
      const { status, body } = await api.post(file.route, form);
      expect([status, body], JSON.stringify(body)).toEqual([
        expect.toSatisfy((code: number) => code >= 400 && code < 500),
        { error: expect.objectContaining({ message: expect.stringMatching(/\w/) }) },
      ]);
      expect(peak()).toBeLessThan(PEAK_KIB);
      expect((await api.get('/datasets')).body.data).toEqual([]);
    },
    120_000,
  );
});
