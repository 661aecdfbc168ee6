import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const CLIENT = join('services', 'store', 'generated');

async function contents(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(
      files.map(async (file) => [file.slice(directory.length), await readFile(file, 'utf8')]),
    ),
  );
}

test('the client is generated from schema.prisma, and can be generated offline', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'epochd-generate-'));
  try {
    for (const path of ['package.json', 'prisma', 'prisma.config.ts']) {
      await cp(join(ROOT, path), join(copy, path), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    // Any network access would be refused at once.
    const env = { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' };
    await promisify(execFile)('npm', ['run', 'prisma:generate'], { cwd: copy, env });
    expect(await contents(join(copy, CLIENT))).toEqual(await contents(join(ROOT, CLIENT)));
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
