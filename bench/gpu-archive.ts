// Packs everything that an offline Linux x64 machine with a GPU needs into one archive: `npm run bench -- gpu-archive FILE`. It contains
// Node, Dawn, a Vulkan loader, the benchmarks, the test suites that run on a GPU, and exactly the other files that these import.
// bench/gpu.md says how to use it.

import { createWriteStream } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { build, stop } from 'esbuild';
import { softwareAdapterEnvironment } from '../services/worker/software-adapter.ts';

export const SUITES: readonly string[] = [
  'tests/engine/ops.test.ts',
  'tests/engine/programs.test.ts',
  'tests/engine/random.test.ts',
  'tests/engine/webgpu/contraction.test.ts',
  'tests/engine/webgpu/device.test.ts',
  'tests/training/layers/parity.test.ts',
  'tests/training/losses/parity.test.ts',
  'tests/training/optimizers/parity.test.ts',
  'tests/training/run/trajectory.test.ts',
];
const BENCHES = ['bench/step.ts'];
/** Read as files by the suites and benchmarks, not imported. */
const READ = [
  'tests/fixtures',
  'bench/step/torch_models.py',
  'bench/step/torch_step.py',
  'bench/step/gpu/torch_cuda.py',
];
const DAWN = 'node_modules/webgpu';
const MOST_BYTES = 60 * 2 ** 20;

const root = path.join(import.meta.dirname, '..');

export async function bench([file]: string[]): Promise<void> {
  if (file === undefined) throw new Error('npm run bench -- gpu-archive FILE.tar.gz');
  const folder = await mkdtemp(path.join(tmpdir(), 'epochd-gpu-archive-'));
  try {
    await gather(path.join(folder, 'epochd-gpu'));
    const { pack } = await import('tar-fs');
    await pipeline(pack(folder), createGzip({ level: 9 }), createWriteStream(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { size } = await stat(file);
  process.stdout.write(`${file}: ${(size / 2 ** 20).toFixed(1)} MiB\n`);
  if (size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES / 2 ** 20} MiB`);
}

async function gather(to: string): Promise<void> {
  const take = (from: string, as = from) =>
    cp(path.join(root, from), path.join(to, as), {
      recursive: true,
      filter: (it) => !it.endsWith('__pycache__'),
    });
  for (const from of [...(await imported()), ...READ, 'package.json']) await take(from);
  await take('node_modules/node/bin/node', 'node');
  await take('bench/gpu-archive/run.sh', 'run.sh');
  await take('bench/gpu.md', 'README.md');
  for (const from of ['index.js', 'package.json', 'dist/linux-x64']) await take(path.join(DAWN, from));
  await take('bench/gpu-archive/vitest.ts', 'vitest/vitest.ts');
  // Node does not strip types below node_modules, so the package there re-exports a file outside.
  const vitest = path.join(to, 'node_modules/vitest');
  await mkdir(vitest, { recursive: true });
  const text = JSON.stringify({ name: 'vitest', type: 'module', exports: './index.js' });
  await writeFile(path.join(vitest, 'package.json'), text);
  await writeFile(path.join(vitest, 'index.js'), "export * from '../../vitest/vitest.ts';\n");
  await writeFile(path.join(to, 'suites.txt'), `${SUITES.join('\n')}\n`);
  const { LD_LIBRARY_PATH: vulkan } = await softwareAdapterEnvironment();
  for (const name of await readdir(vulkan!))
    if (/vulkan|swiftshader/.test(name)) await cp(path.join(vulkan!, name), path.join(to, 'vulkan', name));
  await chmod(path.join(to, 'run.sh'), 0o755);
}

/** What the suites and benchmarks import, with the package.json of each package. */
export async function imported(): Promise<string[]> {
  try {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: [...SUITES, ...BENCHES],
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['vitest', 'webgpu'],
      metafile: true,
      write: false,
      outdir: 'unused',
      logLevel: 'error',
    });
    const files = Object.keys(metafile.inputs);
    const packages = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
    return [...files, ...[...new Set(packages)].map((name) => `${name}/package.json`)];
  } finally {
    await stop(); // otherwise esbuild's process would outlive the build
  }
}
