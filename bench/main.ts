// `npm run bench -- NAME [arguments]`: measures what the documentation claims. One file a benchmark, named as it is called.

import { readdirSync } from 'node:fs';
import path from 'node:path';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => path.basename(file, '.ts'))
  .sort();

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}\n`);
  process.exit(1);
}
const { bench } = (await import(`./${name}.ts`)) as { bench(args: string[]): Promise<void> };
await bench(args);
