// Checks what of epochd's optional parts this machine has, and says how to add what is missing.

import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from './cli/context.ts';
import { ConfigError, loadConfig } from './config.ts';
import { canConnect } from './store/can-connect.ts';
import { devicesHere } from './training/devices-here.ts';

const GIB = 2 ** 30;
const NODE = [22, 18] as const;

export async function diagnose(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  let config: ReturnType<typeof loadConfig>;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      node(),
      { what: 'settings', ok: false, found: error.message, advice: 'the README lists all settings' },
    ];
  }
  return [
    node(),
    ...(await devices()),
    await postgres(config.databaseUrl),
    await redis(config.redisUrl),
    await disk(config.databaseUrl === null ? config.dataDir : '.'),
  ];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > NODE[0] || (major === NODE[0] && minor >= NODE[1]);
  const advice = `epochd needs ${NODE.join('.')} or later, which runs TypeScript; \`npm ci\` installs one, and \`npm run\` uses it`;
  return { what: 'Node', ok, found: process.version, ...(ok ? {} : { advice }) };
}

async function devices(): Promise<Finding[]> {
  const { cpu, webgpu } = await devicesHere();
  const simd = `${cpu.cores} cores, ${cpu.wide ? '256-bit vectors (AVX2)' : '128-bit vectors'}`;
  const slow = 'V8 pairs vectors on x64 with AVX2 only; large networks train at about half the speed here';
  const gpu: Finding =
    webgpu.adapter === null
      ? { what: 'GPU', ok: true, found: `none: ${webgpu.reason}; jobs train on the processor` }
      : {
          what: 'GPU',
          ok: true,
          found: `${webgpu.adapter.description || webgpu.adapter.vendor}${webgpu.adapter.software ? ' (software: slow)' : ''}`,
        };
  return [{ what: 'processor', ok: true, found: simd, ...(cpu.wide ? {} : { advice: slow }) }, gpu];
}

async function postgres(url: string | null): Promise<Finding> {
  const what = 'Postgres';
  if (url === null) return { what, ok: true, found: 'the embedded one, started with the service' };
  const error = await canConnect('postgres', url);
  const { host } = new URL(url);
  if (error === null) return { what, ok: true, found: `responds at ${host}` };
  return {
    what,
    ok: false,
    found: `${host}: ${error}`,
    advice: 'check DATABASE_URL; if unset, an embedded Postgres is used',
  };
}

async function redis(url: string | null): Promise<Finding> {
  const what = 'Redis';
  if (url === null) return { what, ok: true, found: 'not used: the queue is in Postgres' };
  const error = await canConnect('redis', url);
  const { host } = new URL(url);
  if (error === null) return { what, ok: true, found: `responds at ${host}` };
  return {
    what,
    ok: false,
    found: `${host}: ${error}`,
    advice: 'check REDIS_URL; if unset, the queue is in Postgres',
  };
}

async function disk(dataDir: string): Promise<Finding> {
  // The directory may not be there yet: its parents say how much room there is.
  for (let place = path.resolve(dataDir); ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      const free = (bavail * bsize) / GIB;
      const ok = free >= 1;
      const advice = 'set DATA_DIR to a directory on another disk, or delete finished jobs and datasets';
      return {
        what: 'disk',
        ok,
        found: `${free.toFixed(1)} GiB free for ${dataDir}`,
        ...(ok ? {} : { advice }),
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || place === path.dirname(place)) throw error;
    }
  }
}
