// The service as a user sees it: a separate process, accessed only over HTTP and WebSocket.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Client, connect } from '#client/client.ts';

/** Not a performance bound, only a limit on hanging, even on a busy machine. */
const START_WITHIN_MS = 150_000;

export interface Service extends AsyncDisposable {
  url: string;
  client: Client;
  pid: number;
  dataDir: string;
  output(): string;
  /** Sends the signal; resolves with the exit code and the time it took. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

export interface ServiceOptions {
  env?: Record<string, string>;
  /** From an earlier service; defaults to a temporary one. */
  dataDir?: string;
  command?: [string, ...string[]];
}

/** A newcomer's environment: no variable of epochd is set. */
export function bareEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '/tmp', NODE_COMPILE_CACHE = '' } = process.env;
  return { PATH, HOME, NODE_COMPILE_CACHE };
}

export function launch({ env = {}, command = ['npx', 'node', 'services/start.ts'] }: ServiceOptions): {
  child: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
} {
  const [program, ...args] = command;
  // In its own process group, so that a signal reaches it as a terminal's Ctrl-C would.
  const child = spawn(program, args, { env: { ...bareEnvironment(), ...env }, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, output: () => output, exited };
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const dataDir = options.dataDir ?? (await mkdtemp(path.join(tmpdir(), 'epochd-e2e-')));
  const { child, output, exited } = launch({
    command: [process.execPath, 'services/start.ts'],
    ...options,
    env: { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'warn', WORKER_CONCURRENCY: '1', ...options.env },
  });
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGINT');
      reject(new Error(`the service did not start (${why}):\n${output()}`));
    };
    const timer = setTimeout(() => fail('too slow'), START_WITHIN_MS);
    child.stdout?.on('data', () => {
      const match = /ready at (http:\S+)/.exec(output());
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] as string);
    });
    void exited.then((code) => fail(`exit code ${code}`));
  });
  const pid = child.pid as number;
  const end = async (signal: NodeJS.Signals = 'SIGINT') => {
    const asked = performance.now();
    child.kill(signal);
    return { code: await exited, ms: performance.now() - asked };
  };
  return {
    url,
    client: connect({ url: url }),
    pid,
    dataDir,
    output,
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** All descendants of `pid`, with their command lines. */
export function descendants(pid: number): { pid: number; command: string }[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ pid: Number(name), parent, command }];
      } catch {
        return []; // has just exited
      }
    });
  const below = (of: number): { pid: number; command: string }[] =>
    parents.filter((it) => it.parent === of).flatMap((it) => [it, ...below(it.pid)]);
  return below(pid);
}

export const trainersOf = (pid: number) =>
  descendants(pid).filter(({ command }) => command.includes('trainer/main.ts'));

/** The pid of the embedded Postgres, which is not a child of the service. */
export function postmasterOf(dataDir: string): number | null {
  const file = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('postmaster.pid'),
  );
  return file === undefined ? null : Number(readFileSync(path.join(dataDir, file), 'utf8').split('\n')[0]);
}

/** A zombie, not yet reaped, does not count as running. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}
