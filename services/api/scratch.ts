// The API's private directory for what is too large for memory: bodies, answers, models on their way to the process that
// uses them. Nothing here has to survive; what a killed API left behind is removed by the next one.

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'epochd-api-';

export interface Scratch {
  /** A directory for one request; whoever asked removes it. */
  folder(): Promise<string>;
  /** A name that nobody else has. */
  file(): Promise<string>;
  close(): Promise<void>;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const dir = path.join(parent, name);
    const owner = await stat(dir).catch(() => null);
    if (owner !== null && owner.uid === process.getuid?.()) await rm(dir, { recursive: true, force: true });
  }
}

/** Makes its directory when it is first needed. */
export function openScratch(parent = tmpdir()): Scratch {
  let made: Promise<string> | null = null;
  let files = 0;
  const dir = () => {
    made ??= sweep(parent).then(() => mkdtemp(path.join(parent, `${PREFIX}${process.pid}-`))); // mode 0700
    return made;
  };
  return {
    folder: async () => mkdtemp(path.join(await dir(), 'request-')),
    file: async () => path.join(await dir(), `file-${files++}`),
    async close() {
      if (made !== null) await rm(await made, { recursive: true, force: true });
    },
  };
}
