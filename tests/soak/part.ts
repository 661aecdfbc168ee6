// One part of the service as a process, on a fixed port, connected to Postgres through its own proxy. It is restarted whenever it exits.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.ts';
import type { Journal } from './journal.ts';

export interface PartOptions {
  name: string;
  program: string;
  env: Record<string, string>;
  /** Answers 200 once the part accepts work. */
  readyUrl: string;
  journal: Journal;
  logs: string;
}

const START_WITHIN_MS = 60_000;

export class Part {
  readonly name: string;
  readonly readyUrl: string;
  /** The sessions of its processes, by which a trainer is found even if it outlives its worker. */
  readonly sessions = new Set<number>();
  #child: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  #expected = true;
  #wanted = false;
  #retired = false;
  readonly #options: PartOptions;

  constructor(options: PartOptions) {
    this.#options = options;
    this.name = options.name;
    this.readyUrl = options.readyUrl;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Starts the process, and restarts it whenever it exits on its own, which is recorded. */
  start(): void {
    this.#wanted = true;
    if (this.#child !== null || this.#retired) return;
    const { program, env, journal, logs, name } = this.#options;
    const { PATH = '', HOME = '/tmp', NODE_COMPILE_CACHE = '' } = process.env;
    const child = spawn(process.execPath, [program], {
      env: { PATH, HOME, NODE_COMPILE_CACHE, ...env },
      detached: true,
    });
    this.#child = child;
    this.#expected = false;
    if (child.pid !== undefined) this.sessions.add(child.pid);
    const file = createWriteStream(path.join(logs, `${name}.log`), { flags: 'a' });
    child.stdout?.pipe(file, { end: false });
    child.stderr?.pipe(file, { end: false });
    let words = '';
    child.stderr?.on('data', (text: Buffer) => {
      words = (words + text.toString()).slice(-2_000);
    });
    this.#exited = new Promise((resolve) =>
      child.once('close', (code, signal) => {
        file.end();
        this.#child = null;
        journal.note('exit', { part: name, code, signal });
        // A part may give up on a long database outage; any other exit on its own is a bug.
        if (!this.#expected && !/cannot connect|not everything stopped/.test(words)) {
          journal.violation(`${name} ended by itself with ${signal ?? code}: ${words.slice(-600)}`);
        }
        resolve();
      }),
    );
    void this.#exited.then(async () => {
      await sleep(200);
      if (this.#wanted) this.start();
    });
  }

  signal(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#expected = true;
    try {
      this.#child?.kill(signal);
    } catch {
      // It has just exited.
    }
  }

  /** Ends the process and resolves once it has exited; it stays down until `start`. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.#wanted = false;
    this.signal(signal);
    await this.#exited;
  }

  /** Ends the process for good. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.signal('SIGCONT');
    await this.end('SIGTERM');
  }

  async ready(): Promise<void> {
    await until(async () => {
      const reply = await fetch(this.readyUrl, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
      return reply?.status === 200 ? true : null;
    }, START_WITHIN_MS);
  }

  trainers(): number[] {
    return processesOf(this.sessions)
      .filter(({ command }) => command.includes('trainer/main.ts'))
      .map(({ pid }) => pid);
  }
}

/** Every running process of these sessions, except zombies. */
export function processesOf(sessions: ReadonlySet<number>): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z' || !sessions.has(Number(session))) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return [{ pid: Number(name), command }];
      } catch {
        return []; // has just exited
      }
    });
}
