// Where Chromium is: the machine's own, or the one that npm brings, unpacked once per version.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SYSTEM = ['/usr/bin/chromium', '/usr/bin/google-chrome'];

export interface Chromium {
  executablePath: string;
  args: string[];
}

export async function findChromium(): Promise<Chromium> {
  const system = SYSTEM.find((file) => existsSync(file));
  if (system !== undefined) return { executablePath: system, args: ['--no-sandbox'] };
  const { default: packed } = await import('@sparticuz/chromium');
  // It comes with what suits a function that opens one page; with all in one process, a crash of one of twenty is everybody's.
  const args = packed.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
  return { executablePath: path.join(await unpacked(), 'chromium'), args };
}

const UNPACK = "import('@sparticuz/chromium').then(({ default: packed }) => packed.executablePath())";

/** Made aside and renamed: of two test files that come at the same time, none starts half a browser. */
async function unpacked(): Promise<string> {
  const text = await readFile('node_modules/@sparticuz/chromium/package.json', 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const directory = path.join(tmpdir(), `epochd-chromium-${version}-${userInfo().uid}`);
  if (existsSync(directory)) return directory;
  const aside = await mkdtemp(`${directory}.`);
  try {
    // The package unpacks to where temporary files are.
    await run(process.execPath, ['-e', UNPACK], { env: { ...process.env, TMPDIR: aside } });
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}
