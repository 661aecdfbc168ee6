import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openScratch } from '../../services/api/uploads/scratch.ts';

it('retries after its directory could not be created', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'epochd-test-'));
  const parent = path.join(root, 'missing');
  const scratch = openScratch(parent);
  try {
    await expect(scratch.folder()).rejects.toThrow('ENOENT');
    await mkdir(parent);
    expect(await readdir(await scratch.folder())).toEqual([]);
    await scratch.close();
    expect(await readdir(parent)).toEqual([]);
  } finally {
    await rm(root, { recursive: true });
  }
});
