// The dashboard's files as served, without a browser.

import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StaticFile } from '#contracts/static-file.ts';
import type { App } from '../../services/api/context.ts';
import { buildDashboard } from '../../services/dashboard/build.ts';
import { bareApp } from '../api/bare-app.ts';

const KIB = 1024;
const FIRST_LOAD_KIB = 200;

let files: readonly StaticFile[];
let app: App;
beforeAll(async () => {
  files = await buildDashboard();
  const config = { host: '0.0.0.0', production: true, apiKey: 'a-key-of-at-least-16' };
  app = await bareApp({ config, dashboard: files });
});
afterAll(() => app.close());

const fileAt = (path: string) => files.find((file) => file.path === path)!;
const text = (file: StaticFile) => Buffer.from(file.plain).toString();

/** What loads with a file: its static imports, transitively. */
function loadedWith(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const [, name] of text(fileAt(path)).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
    loadedWith(`/assets/${name}`, seen);
  }
  return seen;
}

describe('the first load', () => {
  test('is small', () => {
    const linked = [...text(fileAt('/')).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, url]) => url!);
    const loaded = new Set(['/', ...linked.flatMap((path) => [...loadedWith(path)])]);
    expect(loaded.size).toBeGreaterThan(3);
    const size = [...loaded].reduce((sum, path) => sum + fileAt(path).gzip.byteLength, 0);
    const all = files.reduce((sum, { gzip }) => sum + gzip.byteLength, 0);
    console.info(
      `First load: ${(size / KIB).toFixed(1)} KiB compressed; everything: ${(all / KIB).toFixed(1)} KiB`,
    );
    expect(size).toBeLessThan(FIRST_LOAD_KIB * KIB);
  });

  test('links only to files of the bundle', () => {
    const linked = [...text(fileAt('/')).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(linked.filter((url) => fileAt(url) === undefined)).toEqual([]);
  });
});

describe('a file of the dashboard', () => {
  test('is served without a key, unlike the API', async () => {
    expect((await app.inject('/')).statusCode).toBe(200);
    expect((await app.inject('/jobs')).statusCode).toBe(401);
  });

  test('is served in the smallest encoding that the browser accepts', async () => {
    const { path, plain } = files.find((file) => file.path.includes('/app-'))!;
    const ask = (encoding: string) =>
      app.inject({ url: path, headers: encoding === '' ? {} : { 'accept-encoding': encoding } });
    const [brotli, gzip, none] = [await ask('gzip, deflate, br'), await ask('gzip'), await ask('')];
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(none.headers['content-encoding']).toBeUndefined();
    expect(brotliDecompressSync(brotli.rawPayload)).toEqual(Buffer.from(plain));
    expect(gunzipSync(gzip.rawPayload)).toEqual(Buffer.from(plain));
    expect(none.rawPayload).toEqual(Buffer.from(plain));
  });

  test('is cached forever if its name has its hash, and revalidated otherwise', async () => {
    for (const { path, hash } of files) {
      const reply = await app.inject(path);
      const kept = reply.headers['cache-control'];
      expect([path, kept]).toEqual([
        path,
        path.startsWith('/assets/') ? expect.stringMatching('immutable') : 'no-cache',
      ]);
      const again = await app.inject({ url: path, headers: { 'if-none-match': `"${hash}"` } });
      expect(again.statusCode).toBe(304);
    }
  });

  test('may load and run only files from its own origin', async () => {
    const policy = String((await app.inject('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  });
});

test('building the same sources again gives the same files', async () => {
  const again = await buildDashboard();
  expect(again.map(({ path, hash }) => [path, hash])).toEqual(files.map(({ path, hash }) => [path, hash]));
});
