// `npm run soak -- --seed N --minutes M --queue redis|postgres --artifacts directory|s3`: injects faults under load, then checks every
// history. The exit code is 0 if all of them are correct. The same seed gives the same faults and the same stories.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Journal } from './journal.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '5' },
    queue: { type: 'string', default: 'postgres' },
    artifacts: { type: 'string', default: 'directory' },
    'seconds-between-faults': { type: 'string', default: '4' },
    users: { type: 'string', default: '6' },
  },
});
const queue = values.queue;
if (queue !== 'redis' && queue !== 'postgres') throw new Error(`--queue is redis or postgres, not ${queue}`);
const home = values.artifacts;
if (home !== 'directory' && home !== 's3') throw new Error(`--artifacts is directory or s3, not ${home}`);
const seed = Number(values.seed);
const directory = await mkdtemp(path.join(tmpdir(), `epochd-soak-${seed}-${queue}-${home}-`));
const journal = new Journal(directory);
const say = (line: string) => process.stdout.write(`${line}\n`);
say(`soak: seed ${seed}, queue on ${queue}, artifacts in ${home}; journal and logs in ${directory}`);
let crashed: unknown = null;
try {
  const summary = await soak({
    seed,
    ms: Number(values.minutes) * 60_000,
    queue,
    home,
    directory,
    journal,
    everyMs: Number(values['seconds-between-faults']) * 1_000,
    users: Number(values.users),
    onProgress: say,
  });
  const jobs = Object.entries(summary.jobs).map(([status, count]) => `${count} ${status}`);
  say(`\njobs     ${jobs.join(', ')}; ${summary.resumed} in more than one attempt`);
  say(`readers  ${summary.readers}; events ${summary.events}`);
} catch (error) {
  crashed = error;
  say(`the run itself failed: ${error instanceof Error ? error.stack : error}`);
}
say(`faults   ${[...journal.counts].map(([kind, count]) => `${kind} ${count}`).join(', ')}`);
say(`violations ${journal.violations.length}`);
for (const text of journal.violations) say(`  ${text}`);
await journal.close();
say(`again: npm run soak -- --seed ${seed} --minutes ${values.minutes} --queue ${queue} --artifacts ${home}`);
// Clients of killed servers are still trying to reconnect, which would keep the process alive.
process.exit(journal.violations.length === 0 && crashed === null ? 0 : 1);
