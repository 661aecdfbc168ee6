// What `npm run bench -- step` is asked for.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Workload, workloads } from './workloads.ts';

export interface StepOptions {
  readonly chosen: readonly Workload[];
  readonly threads: number;
  /** Ours and torch's take turns this often; medians count. */
  readonly rounds: number;
  /** Of each side in each round. */
  readonly seconds: number;
  readonly json: boolean;
  readonly profile: boolean;
}

export const USAGE =
  'npm run bench -- step [WORKLOAD …] [--threads N] [--rounds N] [--seconds S] [--json] [--profile]';

/** @throws Error with what is wrong, and how it is called */
export function readOptions(args: readonly string[]): StepOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '0.4' },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
    },
  });
  const known = workloads.map(({ name }) => name);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`no workload "${unknown.join('", "')}"; there are ${known.join(', ')}\n${USAGE}`);
  const positive = (name: 'threads' | 'rounds' | 'seconds') => {
    const value = Number(values[name]);
    if (!(value > 0) || (name !== 'seconds' && !Number.isInteger(value)))
      throw new Error(
        `--${name} ${values[name]}: not a positive ${name === 'seconds' ? '' : 'whole '}number\n${USAGE}`,
      );
    return value;
  };
  return {
    chosen: positionals.length === 0 ? workloads : workloads.filter(({ name }) => positionals.includes(name)),
    threads: positive('threads'),
    rounds: positive('rounds'),
    seconds: positive('seconds'),
    json: values.json,
    profile: values.profile,
  };
}
