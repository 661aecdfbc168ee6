// Load tests of one API process: `npm run load [-- posts|readers|deaf|predict] [seconds]`; all of them if none is named. This process
// generates the load, Postgres is the embedded one with its usual settings, and no worker trains.

import { deaf } from './load/deaf.ts';
import { posts } from './load/posts.ts';
import { readers } from './load/readers.ts';
import { bench as predict } from './predict.ts';

const LOADS: Record<string, (seconds: number | undefined) => Promise<void>> = {
  posts: (seconds) => posts(seconds),
  readers: (seconds) => readers(seconds),
  deaf: () => deaf(),
  predict: (seconds) => predict(seconds === undefined ? [] : [String(seconds)]),
};

export async function bench([name, seconds]: string[]): Promise<void> {
  const chosen = name === undefined ? Object.keys(LOADS) : [name];
  for (const one of chosen) {
    const load = LOADS[one];
    if (load === undefined) throw new Error(`no load ${one}: there are ${Object.keys(LOADS).join(', ')}`);
    process.stdout.write(`${one}:\n`);
    await load(seconds === undefined ? undefined : Number(seconds));
  }
}
