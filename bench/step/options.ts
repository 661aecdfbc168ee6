// The command line options of `npm run bench -- step`.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { GEMMS, gpuWorkloads } from './gpu/workloads.ts';
import { type Workload, workloads } from './workloads.ts';

export interface StepOptions {
  readonly device: 'cpu' | 'webgpu';
  readonly chosen: readonly Workload[];
  /** Sizes n of the n × n products, which are only measured on a GPU. */
  readonly gemms: readonly number[];
  readonly threads: number;
  /** Ours and torch take turns this many times; the results are medians. */
  readonly rounds: number;
  /** Per side and round. */
  readonly seconds: number;
  readonly json: boolean;
  readonly profile: boolean;
  readonly plan: boolean;
}

export const USAGE =
  'npm run bench -- step [WORKLOAD …] [--device cpu|webgpu] [--threads N] [--rounds N] [--seconds S] [--json] [--profile] [--plan]';

/** @throws Error with what is wrong, and the usage */
export function readOptions(args: readonly string[]): StepOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string', default: String(availableParallelism()) },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '0.4' },
      json: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      plan: { type: 'boolean', default: false },
    },
  });
  const { device } = values;
  if (device !== 'cpu' && device !== 'webgpu')
    throw new Error(`--device ${device}: there are cpu and webgpu\n${USAGE}`);
  if (device === 'webgpu' && values.profile)
    throw new Error(`--profile is of kernels on the processor: without --device webgpu\n${USAGE}`);
  const all = device === 'cpu' ? workloads : [...workloads, ...gpuWorkloads];
  const products = new Map(device === 'cpu' ? [] : GEMMS.map((n) => [`gemm-${n}`, n] as const));
  const known = [...all.map(({ name }) => name), ...products.keys()];
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
    device,
    chosen: positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name)),
    gemms: [...products].flatMap(([name, n]) =>
      positionals.length === 0 || positionals.includes(name) ? [n] : [],
    ),
    threads: positive('threads'),
    rounds: positive('rounds'),
    seconds: positive('seconds'),
    json: values.json,
    profile: values.profile,
    plan: values.plan,
  };
}
