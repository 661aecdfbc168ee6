// The peak memory of a trainer process, besides the table it learns from. `npm run bench -- trainer-memory [MB] [MB held, all]`. Each case
// is a process of its own, which reads a stored table and trains an epoch.

import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { openTable } from '#training/data/rows/table-file.ts';
import { tablePieces } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import { fit as train } from '#training/run/fit.ts';

const SIDE = 56;
const CASES = [
  ['uint8', 'scale'],
  ['float32', 'none'],
  ['float32', 'standardize'],
  ['uint8', 'standardize'],
] as const;

export async function bench([
  megabytes = '205',
  held = '1000000',
  file,
  preprocess,
]: string[]): Promise<void> {
  if (file !== undefined) return trainOn(file, preprocess!, held);
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  try {
    for (const [dtype, how] of CASES) {
      const table = path.join(dir, 'table');
      await writeTable(table, dtype, Number(megabytes) * 1e6);
      const program = path.join(import.meta.dirname, 'main.ts');
      const said = execFileSync(process.execPath, [program, 'trainer-memory', megabytes, held, table, how]);
      console.log(`${dtype}, "${how}": ${said.toString().trim()}`);
    }
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function writeTable(file: string, dtype: 'uint8' | 'float32', bytes: number): Promise<void> {
  const width = SIDE * SIDE;
  const samples = Math.floor(bytes / width / (dtype === 'uint8' ? 1 : 4));
  const inputs = new (dtype === 'uint8' ? Uint8Array : Float32Array)(samples * width);
  for (let i = 0; i < inputs.length; i++) inputs[i] = (i * 37) % 256;
  const targets = Int32Array.from({ length: samples }, (_, i) => i % 10);
  const info: DatasetInfo = {
    source: 'npy',
    samples,
    input_shape: [SIDE, SIDE],
    input_range: { min: 0, max: 255, integral: true },
    input_dtype: dtype,
    features: null,
    target: { name: null, kind: 'numbers', shape: [], labels: null, min: 0, max: 9, integral: true },
  };
  await using out = await open(file, 'w');
  for (const piece of tablePieces({ info, inputs, targets })) await out.write(piece);
}

async function trainOn(file: string, preprocess: string, held: string): Promise<void> {
  const before = process.memoryUsage.rss();
  using table = openTable({ own: file, held: {} });
  const body = {
    model: { input: { shape: [SIDE, SIDE] }, layers: ['Flatten', { type: 'Linear', out_features: 10 }] },
    dataset: 'ds_',
    training: { loss: 'CrossEntropyLoss', epochs: 1, batch_size: 64 },
    preprocess,
  };
  const { details, job } = await validateJob(body, async () => table.info);
  if (job === null) throw new Error(JSON.stringify(details));
  const hooks = { onEpoch() {}, shouldStop: () => null, async yieldToEvents() {} };
  await train({ ...job.spec, dataset: 'ds_' }, table, hooks, {
    backend: wasm,
    dataBytes: Number(held) * 1e6,
  });
  const most = process.resourceUsage().maxRSS * 1024 - before;
  const times = most / (await stat(file)).size;
  console.log(
    `${(most / 1e6).toFixed(0)} MB more than before (${(before / 1e6).toFixed(0)}), ${times.toFixed(1)} times the table`,
  );
}
