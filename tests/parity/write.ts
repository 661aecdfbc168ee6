// `npm run parity`: runs the suites that compare with torch, and writes docs/parity.md from what they measured.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Comparison } from './ledger.ts';
import { PAGE, renderPage } from './page.ts';

const SUITES = [
  'tests/training/layers/parity.test.ts',
  'tests/training/losses/parity.test.ts',
  'tests/training/optimizers/parity.test.ts',
  'tests/training/schedulers/parity.test.ts',
  'tests/training/run/trajectory.test.ts',
];

const dir = mkdtempSync(path.join(tmpdir(), 'epochd-parity-'));
try {
  const ledger = path.join(dir, 'ledger.jsonl');
  const { status } = spawnSync('npx', ['vitest', 'run', ...SUITES], {
    env: { ...process.env, PARITY_LEDGER: ledger },
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new Error('the page is not written: something is not as near to torch as it must be');
  const lines = readFileSync(ledger, 'utf8').trimEnd().split('\n');
  writeFileSync(PAGE, renderPage(lines.map((line) => JSON.parse(line) as Comparison)));
  console.log(`${PAGE}: ${lines.length} comparisons`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
