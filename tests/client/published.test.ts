// What `npm pack` would publish as epochd/client, used from a folder outside the repository.

import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeService, reply } from './fake-service.ts';

let dir: string;
beforeAll(async () => {
  execFileSync(process.execPath, ['services/build-client.ts'], { stdio: 'pipe' });
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-published-'));
  const modules = path.join(dir, 'node_modules');
  await mkdir(path.join(modules, 'epochd'), { recursive: true });
  await cp('dist', path.join(modules, 'epochd', 'dist'), { recursive: true });
  await cp('package.json', path.join(modules, 'epochd', 'package.json'));
  for (const name of ['zod', '@types'])
    await symlink(path.resolve('node_modules', name), path.join(modules, name));
  await writeFile(path.join(dir, 'package.json'), '{"type": "module"}');
}, 60_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

const PROGRAM = `
import { ApiError, connect } from 'epochd/client';
const client = connect({ url: process.argv[2] ?? '' });
const { data } = await client.jobs.list({ limit: 1 });
console.log(data[0]?.id, typeof ApiError);
`;

test('runs in Node without dependencies', async () => {
  await using service = await fakeService({
    request: (_, response) =>
      reply(response, 200, { object: 'list', data: [{ id: 'job_1' }], has_more: false }),
  });
  await writeFile(path.join(dir, 'program.js'), PROGRAM);
  const output = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, ['program.js', service.url], { cwd: dir }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
  expect(output).toBe('job_1 function\n');
});

test.each([
  ['nextJob satisfies string', true],
  ['nextJob satisfies number', false],
])('is typed: %s', async (line, holds) => {
  const text = `import { connect } from 'epochd/client';
const client = connect({ url: 'http://x' });
const created = await client.jobs.create({
  dataset: 'ds_1', model: { input: { shape: [2] }, layers: ['ReLU'] }, training: { loss: 'MSELoss' },
});
const nextJob = created.id;
${line};
for await (const event of client.jobs.events(nextJob)) if (event.type === 'metrics') event.data.epoch satisfies number;
`;
  await writeFile(path.join(dir, 'typed.ts'), text);
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    'typed.ts',
  ];
  const tsc = path.resolve('node_modules/typescript/bin/tsc');
  const check = () => execFileSync(process.execPath, [tsc, ...options], { cwd: dir, stdio: 'pipe' });
  if (holds) check();
  else expect(check).toThrow();
});

test('is in the published package, without the tests', () => {
  const [{ files } = { files: [] }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString(),
  ) as { files: { path: string }[] }[];
  const names = files.map((file) => file.path);
  expect(names).toEqual(
    expect.arrayContaining(['dist/client.js', 'dist/types/client/client.d.ts', 'bin/epochd.js']),
  );
  expect(names.filter((name) => name.startsWith('tests/'))).toEqual([]);
});
