#!/usr/bin/env node
// Finds a Node that runs TypeScript (the one that npm ci brought along) and hands it the command line.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(fileURLToPath(import.meta.url), '../..');
const program = path.join(root, 'services', 'start-cli.ts');
const [major, minor] = process.versions.node.split('.').map(Number);
const runsTypeScript = major > 22 || (major === 22 && minor >= 18);
const brought = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

if (!runsTypeScript && !existsSync(brought)) {
  process.stderr.write(
    `epochd needs Node 22.18 or later, this is ${process.version}; \`npm ci\` brings one along\n`,
  );
  process.exit(1);
}
// A Ctrl-C in the terminal reaches both: the one that knows what to do decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
const child = spawn(runsTypeScript ? process.execPath : brought, [program, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + 15));
