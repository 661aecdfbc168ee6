// Training on a table larger than the part a trainer holds in memory, compared with the same network on a table held entirely:
// `npm run bench -- data [MB of the table, 300] [MB held, 32] [rounds, 3]`. The two alternate, each in a process of its own; the
// table is generated and deleted afterwards. If it is larger than 400 MB, the table held entirely is its first 400 MB.

import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import { threadedBackend } from '#training/backend.ts';
import { openTable } from '#training/data/rows/table-file.ts';
import { validateJob } from '#training/job/validate.ts';
import { type FitHooks, fit as train } from '#training/run/fit.ts';

const WIDTH = 784;
const CLASSES = 10;
const ROW_BYTES = WIDTH * 4 + 4;
const MOST_HELD = 400e6;
/** 1 MFLOP per sample forward, and twice that backward. */
const LAYERS = [
  { type: 'Linear', out_features: 512 },
  'ReLU',
  { type: 'Linear', out_features: 192 },
  'ReLU',
  { type: 'Linear', out_features: CLASSES },
];

interface Said {
  samplesPerSecond: number;
  /** Resident bytes of the process before it opened the table, and at their peak. */
  before: number;
  most: number;
}

export async function bench([megabytes = '300', held = '32', rounds = '3', file]: string[]): Promise<void> {
  const dataBytes = Number(held) * 1e6;
  if (file !== undefined) return console.log(JSON.stringify(await trainOn(file, dataBytes)));
  const bytes = Number(megabytes) * 1e6;
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  try {
    const large = path.join(dir, 'large');
    await writeTable(large, bytes);
    const small = bytes > MOST_HELD ? path.join(dir, 'small') : large;
    if (small !== large) await writeTable(small, MOST_HELD);
    const run = (table: string, heldMegabytes: string): Said => {
      const program = path.join(import.meta.dirname, 'main.ts');
      const args = [program, 'data', megabytes, heldMegabytes, rounds, table];
      return JSON.parse(execFileSync(process.execPath, args).toString());
    };
    const said = { read: [] as Said[], held: [] as Said[] };
    for (let round = 0; round < Number(rounds); round++) {
      said.held.push(run(small, '1000000'));
      said.read.push(run(large, held));
    }
    const ratios = said.read.map(
      ({ samplesPerSecond }, i) => samplesPerSecond / said.held[i]!.samplesPerSecond,
    );
    for (const [how, runs] of Object.entries(said)) {
      const speed = median(runs.map(({ samplesPerSecond }) => samplesPerSecond));
      const [before, most] = [
        Math.max(...runs.map(({ before }) => before)),
        Math.max(...runs.map(({ most }) => most)),
      ];
      const table = how === 'read' ? bytes : Math.min(bytes, MOST_HELD);
      console.log(
        `${how === 'read' ? `read, ${held} MB held` : 'held'}: ${(table / 1e6).toFixed(0)} MB of table, ${speed.toFixed(0)} samples/s, ${((speed * ROW_BYTES) / 1e6).toFixed(0)} MB/s; at most ${(most / 1e6).toFixed(0)} MB resident, ${(before / 1e6).toFixed(0)} before`,
      );
    }
    console.log(
      `read to held: ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; median ${median(ratios).toFixed(2)}`,
    );
  } finally {
    await rm(dir, { recursive: true });
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function infoOf(samples: number): DatasetInfo {
  return {
    source: 'npy',
    samples,
    input_shape: [WIDTH],
    input_range: { min: 0, max: 1, integral: false },
    input_dtype: 'float32',
    features: null,
    target: {
      name: null,
      kind: 'numbers',
      shape: [],
      labels: null,
      min: 0,
      max: CLASSES - 1,
      integral: true,
    },
  };
}

/** Writes a stored table of about this many bytes, one block of rows at a time. */
async function writeTable(file: string, bytes: number): Promise<void> {
  const samples = Math.floor(bytes / ROW_BYTES);
  const end = samples * WIDTH * 4;
  const header = JSON.stringify({
    __metadata__: { epochd: JSON.stringify(infoOf(samples)) },
    inputs: { dtype: 'F32', shape: [samples, WIDTH], data_offsets: [0, end] },
    targets: { dtype: 'I32', shape: [samples], data_offsets: [end, end + samples * 4] },
  });
  const length = Math.ceil(header.length / 8) * 8;
  await using out = await open(file, 'w');
  const first = new BigUint64Array([BigInt(length)]);
  await out.write(Buffer.concat([Buffer.from(first.buffer), Buffer.from(header.padEnd(length))]));
  const block = Float32Array.from({ length: 1_024 * WIDTH }, (_, i) => ((i * 37) % 256) / 256);
  for (let row = 0; row < samples; row += 1_024) {
    const rows = Math.min(1_024, samples - row);
    await out.write(new Uint8Array(block.buffer, 0, rows * WIDTH * 4));
  }
  await out.write(new Uint8Array(Int32Array.from({ length: samples }, (_, i) => i % CLASSES).buffer));
}

async function trainOn(file: string, dataBytes: number): Promise<Said> {
  const before = process.memoryUsage.rss();
  using table = openTable({ own: file, held: {} });
  const body = {
    model: { input: { shape: [WIDTH] }, layers: LAYERS },
    dataset: 'ds_',
    training: { loss: 'CrossEntropyLoss', epochs: 2, batch_size: 64 },
    preprocess: 'none',
  };
  const { details, job } = await validateJob(body, async () => table.info);
  if (job === null) throw new Error(JSON.stringify(details));
  let samplesPerSecond = 0;
  const hooks: FitHooks = {
    onEpoch({ samples_per_sec }) {
      samplesPerSecond = samples_per_sec;
    },
    shouldStop: () => null,
    yieldToEvents: () => turn(),
  };
  await train({ ...job.spec, dataset: 'ds_' }, table, hooks, { backend: threadedBackend(1), dataBytes });
  return { samplesPerSecond, before, most: process.resourceUsage().maxRSS * 1024 };
}
