// Builds the published `epochd/client`: one JavaScript module without dependencies, and its types. Run by `npm pack`.

import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '..');
const CLIENT = path.join(import.meta.dirname, 'client');
const OUT = path.join(ROOT, 'dist');
const TYPES = path.join(OUT, 'types');

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT);
await build({
  entryPoints: [path.join(CLIENT, 'client.ts')],
  outfile: path.join(OUT, 'client.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  logLevel: 'warning',
});
const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', path.join(CLIENT, 'tsconfig.json')], {
  stdio: 'inherit',
});

// The short names of our folders mean nothing elsewhere, and the compiler prints the key '-Infinity' as an expression.
for (const file of await readdir(TYPES, { recursive: true })) {
  if (!file.endsWith('.d.ts')) continue;
  const text = await readFile(path.join(TYPES, file), 'utf8');
  const up = path.relative(path.dirname(file), '') || '.';
  const told = text
    .replaceAll(
      /(['"])#(\w+)\/([^'"]+)\.ts\1/g,
      (_, quote, folder, rest) => `${quote}${up}/${folder}/${rest}.js${quote}`,
    )
    .replaceAll('[-Infinity]:', '"-Infinity":')
    .replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, '$1$2.js$1');
  await writeFile(path.join(TYPES, file), told);
}
