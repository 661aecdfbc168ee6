// The commands in docs/cli.md and the program in docs/python.md, run exactly as printed.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { bareEnvironment, type Service, startService } from '../e2e/service.ts';

let service: Service;
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'epochd-docs-'));
  // Looks like a checkout, but writes do not reach the real one.
  for (const name of ['examples', 'package.json', 'node_modules', 'bin', 'services']) {
    await symlink(path.resolve(name), path.join(dir, name));
  }
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function blockOf(file: string, language: string): Promise<string> {
  const [, block] =
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(await readFile(file, 'utf8')) ?? [];
  if (block === undefined) throw new Error(`${file} has no block of ${language}`);
  return block;
}

async function run(program: string, args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { cwd: dir, env: { ...bareEnvironment(), EPOCHD_URL: service.url } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return { code: await new Promise((resolve) => child.once('close', resolve)), output };
}

test('the shell session in docs/cli.md works', async () => {
  // Stands in for npx, which would resolve to this in a checkout.
  const lines = (await blockOf('docs/cli.md', 'sh')).replaceAll(
    'npx epochd',
    `${process.execPath} bin/epochd.js`,
  );
  const { code, output } = await run('bash', ['-euo', 'pipefail', '-c', lines]);
  expect(code, output).toBe(0);
  expect(output).toMatch(/class,label,probability_inside/);
  expect(await readFile(path.join(dir, 'answers.ndjson'), 'utf8')).toMatch(/"label":"(inside|outside)"/);
  expect(output).toMatch(/ID +EPOCH +STEP/);
}, 120_000);

const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (it) => spawnSync(it, ['-c', 'import requests, websockets']).status === 0,
);
test('the program in docs/python.md runs if Python has its imports, and its paths exist in any case', async () => {
  const program = await blockOf('docs/python.md', 'python');
  const { paths } = parse(await readFile('openapi.yaml', 'utf8')) as { paths: Record<string, unknown> };
  const called = [...program.matchAll(/call\("(\w+)", f?"([^"]+)"/g)].map(([, method, url]) => [
    method!.toLowerCase(),
    url!.replace("{job['id']}", '{id}'),
  ]);
  expect(called.length).toBeGreaterThan(3);
  for (const [method, url] of called) expect(paths[url!], url).toHaveProperty(method!);
  if (PYTHON === undefined) return;
  await writeFile(path.join(dir, 'program.py'), program);
  const { code, output } = await run(PYTHON, ['program.py']);
  expect(code, output).toBe(0);
  expect(output).toMatch(/^10 \{'train_loss'/m);
  expect(execFileSync('head', ['-c', '2000', path.join(dir, 'model.safetensors')]).toString()).toContain(
    '0.weight',
  );
}, 60_000);
