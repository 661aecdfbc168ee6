import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';

it.each(['csv', 'jsonl'])(
  'a large %s of unique texts takes no more memory than its numbers: a heap of 48 MiB is enough',
  { timeout: 120_000 },
  (kind) => {
    const program = path.join(import.meta.dirname, 'large.ts');
    const said = execFileSync(process.execPath, ['--max-old-space-size=48', program, kind, '32'], {
      encoding: 'utf8',
    });
    const { samples, types } = JSON.parse(said);
    expect(samples).toBeGreaterThan(300_000);
    expect(types).toEqual(['ignore', 'number', 'category']);
  },
);
