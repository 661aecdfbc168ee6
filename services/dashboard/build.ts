// Builds the dashboard from its sources when the service starts, so the repository holds no build output and there is no separate build
// command. The result is cached under node_modules/.cache by a hash of the sources; if the cache is not writable, every start builds.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import v8 from 'node:v8';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { StaticFile } from '#contracts/static-file.ts';
import { bundle } from './bundle.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const CACHE = path.join(ROOT, 'node_modules/.cache/epochd-dashboard');
/** What a bundle is built from. These folders and the versions of the packages it contains make up the cache key. */
const SOURCES = [
  ...['dashboard', 'client', 'contracts', 'engine', 'training'].map((folder) => `services/${folder}`),
  'examples/data',
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export async function buildDashboard(): Promise<readonly StaticFile[]> {
  const kept = path.join(CACHE, await keyOfSources());
  try {
    return v8.deserialize(await readFile(kept)) as StaticFile[];
  } catch {
    // Not built yet, or interrupted while it was being written.
  }
  const files = (await bundle(ROOT)).map(prepared);
  await keep(kept, files).catch(() => {}); // a read-only installation rebuilds on every start
  return files;
}

async function keyOfSources(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const source of SOURCES) {
    const folder = path.join(ROOT, source);
    for (const name of (await readdir(folder, { recursive: true })).sort()) {
      if (!/\.(tsx?|css|svg|json)$/.test(name)) continue;
      hash.update(`${source}/${name}\0`).update(await readFile(path.join(folder, name)));
    }
  }
  for (const name of ['esbuild', 'preact', 'uplot', 'zod', '@noble/hashes']) {
    hash.update(await readFile(path.join(ROOT, 'node_modules', name, 'package.json')));
  }
  return hash.digest('hex').slice(0, 32);
}

/** Written to a temporary file and renamed, so that no other start reads half of it; older builds are deleted. */
async function keep(file: string, files: readonly StaticFile[]): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  for (const old of await readdir(CACHE)) await rm(path.join(CACHE, old), { force: true });
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, v8.serialize(files));
  await rename(beside, file);
}

function prepared({ path: at, bytes }: { path: string; bytes: Uint8Array }): StaticFile {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  return {
    path: at,
    type: TYPES[path.extname(at) || '.html'] ?? 'application/octet-stream',
    plain: bytes,
    gzip: gzipSync(bytes, { level: 9 }),
    brotli: brotliCompressSync(bytes, { params }),
    hash: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
  };
}

// `node services/dashboard/build.ts` builds ahead of time, so that the services of an image find it cached.
if (import.meta.main) {
  for (const { path: at, plain, brotli } of await buildDashboard()) {
    process.stdout.write(`${at} ${plain.byteLength} bytes, ${brotli.byteLength} compressed\n`);
  }
}
