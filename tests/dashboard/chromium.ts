// Locates Chromium: the machine's own, or the one from npm, unpacked once per version.

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
  // Its default args suit a function that opens one page; in a single process, the crash of one page would take all of them down.
  const args = packed.args.filter((arg) => arg !== '--single-process' && arg !== '--no-zygote');
  return { executablePath: path.join(await unpacked(), 'chromium'), args };
}

const UNPACK = "import('@sparticuz/chromium').then(({ default: packed }) => packed.executablePath())";

/** Unpacked aside and then renamed, so that a test file running in parallel never starts a half-unpacked browser. */
async function unpacked(): Promise<string> {
  const text = await readFile('node_modules/@sparticuz/chromium/package.json', 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const directory = path.join(tmpdir(), `epochd-chromium-${version}-${userInfo().uid}`);
  if (existsSync(directory)) return directory;
  const aside = await mkdtemp(`${directory}.`);
  try {
    // The package unpacks into the temporary directory.
    await run(process.execPath, ['-e', UNPACK], { env: { ...process.env, TMPDIR: aside } });
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}
