import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDownload } from '../../../services/api/dataset-url/download.ts';
import { openScratch, type Scratch } from '../../../services/api/uploads/scratch.ts';
import { type Api, startApi } from '../running-api.ts';

const CSV = `x,y,side\n${Array.from({ length: 20 }, (_, i) => `${i},${i * 2},${i % 2}`).join('\n')}\n`;

let files: Server;
let origin = '';
let other: Server;
let otherOrigin = '';
let api: Api;
let requests = 0;
let parent = '';
let scratch: Scratch;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'epochd-test-'));
  scratch = openScratch(parent);
  files = createServer((request, response) => {
    requests += 1;
    const { pathname } = new URL(request.url ?? '/', 'http://files');
    const to = (location: string) => response.writeHead(302, { location }).end();
    if (pathname === '/data/points.csv') return response.end(CSV);
    if (pathname === '/moved') return to('/data/points.csv');
    if (pathname === '/elsewhere') return to(`${otherOrigin}/points.csv`);
    if (pathname === '/file') return to('file:///etc/passwd');
    if (pathname === '/round') return to('/round');
    if (pathname === '/endless.csv') {
      const piece = Buffer.alloc(64 * 1024, '1,2,3\n');
      const more = () => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      return more();
    }
    if (pathname === '/cut.csv') {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('x,y\n1,2\n');
      return setImmediate(() => response.destroy());
    }
    if (pathname === '/silent.csv') return response.write('x,y\n');
    return response.writeHead(404).end('<html>no such page</html>');
  });
  other = createServer((_request, response) => response.end('secrets'));
  origin = await listen(files);
  otherOrigin = await listen(other);
  api = await startApi({ datasetUploadBytes: 2 ** 20 }, undefined, { datasetUrls: [origin] });
});
afterAll(async () => {
  await api.close();
  await scratch.close();
  await rm(parent, { recursive: true });
  files.closeAllConnections();
  files.close();
  other.close();
});

const fetched = (path: string, fields = {}) => api.post('/datasets', { url: origin + path, ...fields });

describe('a dataset from a URL', () => {
  test('equals an upload of the same file', async () => {
    const form = new FormData();
    form.append('target', 'side');
    form.append('file', new Blob([CSV]), 'points.csv');
    const uploaded = await api.post('/datasets', form);
    const { status, body } = await fetched('/data/points.csv', { target: 'side' });
    expect(status).toBe(201);
    const { id: _, created_at: __, ...rest } = body;
    const { id: ___, created_at: ____, ...expected } = uploaded.body;
    expect(rest).toEqual(expected);
    expect(rest.name).toBe('points.csv');
  });

  test('follows redirects within the same origin', async () => {
    expect((await fetched('/moved', { target: 'side' })).status).toBe(201);
  });

  test('is fetched once per Idempotency-Key', async () => {
    const body = { url: `${origin}/data/points.csv`, target: 'side' };
    const headers = { 'idempotency-key': 'fetch-once' };
    const before = requests;
    const first = await api.post('/datasets', body, headers);
    const again = await api.post('/datasets', body, headers);
    expect(again.body.id).toBe(first.body.id);
    expect(requests).toBe(before + 1);
  });

  test.each([
    ['/elsewhere', 403, 'url_not_allowed', /is not among the origins/],
    ['/file', 400, 'invalid_url', /file:\/\/\/etc\/passwd/],
    ['/round', 400, 'too_many_redirects', /\/round redirects more than 5 times/],
    ['/nothing', 400, 'bad_status', /\/nothing replied with status 404, not 200$/],
    ['/cut.csv', 400, 'cut_off', /\/cut\.csv was cut off/],
    ['/endless.csv', 413, 'too_large', /1 MiB/],
  ])('at %s is refused with %i %s', async (path, status, code, message) => {
    const reply = await fetched(path);
    expect(reply.status).toBe(status);
    expect(reply.body.error.details).toEqual([
      { param: 'url', code, message: expect.stringMatching(message) },
    ]);
    expect(JSON.stringify(reply.body)).not.toContain('secrets');
  });

  test('is refused with all problems of the other fields at once, before anything is fetched', async () => {
    const before = requests;
    const reply = await fetched('/data/points.csv', { header: 'no', targt: 'side' });
    expect(reply.status).toBe(400);
    expect(reply.body.error.details).toHaveLength(2);
    expect(requests).toBe(before);
  });
});

describe('the download policy', () => {
  const nothing = async () => expect.unreachable('nothing is fetched');
  const signal = new AbortController().signal;
  const codeOf = (url: string, policy: 'off' | 'public') =>
    withDownload(url, { policy, maxBytes: 1_000, signal, scratch }, nothing).catch(
      (error) => error.details[0].code,
    );

  test('allows no URL unless configured', async () => {
    expect(await codeOf(`${origin}/data/points.csv`, 'off')).toBe('url_not_allowed');
  });

  test.each([
    'http://127.0.0.1/a.csv',
    'http://localhost/a.csv',
    'http://2130706433/a.csv',
    'http://10.1.2.3/a.csv',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/a.csv',
    'http://[::ffff:127.0.0.1]/a.csv',
    'http://[fe80::1]/a.csv',
  ])('"public" refuses the private address %s', async (url) => {
    expect(await codeOf(url, 'public')).toBe('private_address');
  });

  test.each(['file:///etc/passwd', 'ftp://example.com/a.csv', 'http://user:secret@example.com/', 'no url'])(
    '"public" refuses the URL %s',
    async (url) => {
      expect(await codeOf(url, 'public')).toBe('invalid_url');
    },
  );

  test('gives up on a server that stays silent', async () => {
    const options = { policy: [origin], maxBytes: 1_000, signal, scratch, silentMs: 50 };
    const error = await withDownload(`${origin}/silent.csv`, options, nothing).catch((it) => it);
    expect(error.details[0].message).toMatch(/silent\.csv cannot be fetched: no data for 0\.05 s/);
  });
});

test('a download is written to the scratch directory, which the next API removes if this one is killed', async () => {
  const options = { policy: [origin], maxBytes: 1_000, signal: new AbortController().signal, scratch };
  const found = await withDownload(`${origin}/data/points.csv`, options, async ({ path: file }) => ({
    file,
    text: await readFile(file, 'utf8'),
  }));
  expect(found.text).toBe(CSV);
  const [own] = await readdir(parent);
  expect(path.dirname(path.dirname(found.file))).toBe(path.join(parent, own!));
  expect(await readdir(path.join(parent, own!))).toEqual([]);
});
