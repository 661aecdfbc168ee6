// Runs the command line as a shell would, in a directory of its own, against a service in another process.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bareEnvironment, type Service, startService } from '../e2e/service.ts';

const PROGRAM = path.resolve('bin/epochd.js');
/** Started before the first test of the file that imports it. */
export let service: Service;
/** Where commands run. */
export let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-cli-'));
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** @param onOut called with all of standard output so far, and may send a signal */
export async function epochd(
  args: string[],
  {
    input = '',
    env = {} as Record<string, string>,
    onOut = (_: string, __: (s: NodeJS.Signals) => void) => {},
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: dir,
    env: { ...bareEnvironment(), EPOCHD_URL: service.url, ...env },
    detached: true,
  });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    ran.out += text;
    // To the whole process group, as a terminal sends it.
    onOut(ran.out, (signal) => process.kill(-child.pid!, signal));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    ran.err += text;
  });
  child.stdin.end(input);
  ran.code = await new Promise((resolve) => child.once('close', resolve));
  return ran;
}

/** A CSV of two classes that a line separates. */
export const POINTS = `x,y,side\n${Array.from({ length: 60 }, (_, i) => {
  const [x, y] = [Math.sin(i), Math.cos(i * 1.7)];
  return `${x},${y},${x > y ? 'left' : 'right'}`;
}).join('\n')}\n`;
