// The same training step in other JavaScript libraries, if `npm ci --prefix bench/peers` has installed them: only fully connected networks,
// which both can train on the CPU.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { type Beginning, writeBeginning } from './peer.ts';
import { openTalk } from './talk.ts';
import type { Workload } from './workloads.ts';

const FOLDER = path.join(import.meta.dirname, '../peers');
const PACKAGES = { tfjs: '@tensorflow/tfjs-core', 'jax-js': '@jax-js/jax' } as const;
const COMMON_JS = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const __dirname = import.meta.dirname;`;

type Peer = keyof typeof PACKAGES;

export interface JsPeer {
  readonly name: string;
  readonly losses: readonly number[];
  /** Microseconds per step, measured over this many seconds. */
  time(seconds: number): Promise<number>;
  close(): Promise<void>;
}

/** Inputs, the width of each hidden layer, classes; null if the network is not just Linear and ReLU alternating. */
export function sizesOf({ input, layers }: Workload): readonly number[] | null {
  const isLinear = (layer: unknown): layer is { out_features: number } =>
    (layer as { type?: unknown }).type === 'Linear';
  const fits = layers.every((layer, i) => (i % 2 === 0 ? isLinear(layer) : layer === 'ReLU'));
  if (!fits || input.length !== 1) return null;
  return [input[0]!, ...layers.filter(isLinear).map(({ out_features }) => out_features)];
}

export function installedPeers(): readonly Peer[] {
  return (Object.keys(PACKAGES) as Peer[]).filter((peer) =>
    existsSync(path.join(FOLDER, 'node_modules', PACKAGES[peer])),
  );
}

/** @param steps number of losses to return */
export async function openJsPeer(
  peer: Peer,
  workload: Workload,
  beginning: Beginning,
  steps: number,
): Promise<JsPeer> {
  const folder = writeBeginning(beginning);
  const bundle = path.join(folder, 'step.mjs');
  try {
    await build({
      entryPoints: [path.join(FOLDER, 'step.js')],
      bundle: true,
      platform: 'node',
      // Their Node builds, which expect CommonJS globals.
      mainFields: ['main', 'module'],
      format: 'esm',
      banner: { js: COMMON_JS },
      outfile: bundle,
      logLevel: 'error',
    });
    const { ask, close } = openTalk(process.execPath, [bundle], `${peer} could not run ${workload.name}`);
    const sizes = sizesOf(workload);
    const { batch } = workload;
    const wasm = path.join(FOLDER, 'node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    const { losses } = (await ask({ peer, sizes, batch, folder, steps, wasm })) as { losses: number[] };
    const manifest = path.join(FOLDER, 'node_modules', PACKAGES[peer], 'package.json');
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    return {
      name: `${peer} ${version}`,
      losses,
      time: async (seconds) => ((await ask({ seconds })) as { micros: number }).micros,
      close,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
