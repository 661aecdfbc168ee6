// `npm run bench -- NAME [arguments]`: measures what the documentation claims. One file per benchmark, with the benchmark's name; the name
// of a workload is short for `step WORKLOAD`.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { workloads } from './step/workloads.ts';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => path.basename(file, '.ts'))
  .sort();
const steps = workloads.map(({ name }) => name);

const [name = '', ...rest] = process.argv.slice(2);
const [file, args] = steps.includes(name) ? ['step', [name, ...rest]] : [name, rest];
if (!files.includes(file)) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of: ${[...files, ...steps].join(', ')}\n`);
  process.exit(1);
}
const { bench } = (await import(`./${file}.ts`)) as { bench(args: string[]): Promise<void> };
await bench(args);
