// SwiftShader, a Vulkan driver that runs on the CPU, for development and tests: with it, `"device": "webgpu"` works without a GPU. It comes
// with a development dependency (the Chromium of @sparticuz/chromium) and is unpacked once per version. Its results are correct, but
// timings measured on it are meaningless.

import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { isOurs } from '#store/private-directory.ts';

const PACKAGE = '@sparticuz/chromium';

/**
 * The environment variables a process must start with to find the adapter.
 * @throws if the development dependencies are not installed
 */
export async function softwareAdapterEnvironment(): Promise<Record<string, string>> {
  const directory = await unpacked();
  return {
    LD_LIBRARY_PATH: directory,
    VK_DRIVER_FILES: path.join(directory, 'vk_swiftshader_icd.json'),
  };
}

async function unpacked(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve(PACKAGE);
  const root = entry.slice(0, entry.lastIndexOf(PACKAGE) + PACKAGE.length);
  const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const directory = path.join(tmpdir(), `epochd-swiftshader-${version}-${userInfo().uid}`);
  if (await isOurs(directory)) return directory;
  const { extract } = await import('tar-fs');
  // Created under a temporary name and renamed, so that a concurrent process finds all of it or nothing.
  const aside = await mkdtemp(`${directory}.`);
  try {
    const archive = createReadStream(path.join(root, 'bin', 'swiftshader.tar.br'));
    await pipeline(archive, createBrotliDecompress(), extract(aside));
    await rename(aside, directory);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!(await isOurs(directory))) throw error;
  }
  return directory;
}
