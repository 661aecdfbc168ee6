// Training steps per second in a browser tab, on the playground's initial network: `npm run bench -- playground [seconds] [rounds]`. It
// compares the engine, including its pictures; TensorFlow.js on its two backends without a GPU; and a network of plain objects. All
// alternate in one headless Chromium. `npm ci --prefix bench/peers` installs TensorFlow.js.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';
import { buildDashboard } from '../services/dashboard/build.ts';
import { gridOf } from '../services/dashboard/web/playground/grid.ts';
import { pointsOf } from '../services/dashboard/web/playground/problems.ts';
import { jobOf, START } from '../services/dashboard/web/playground/settings.ts';
import { findChromium } from '../tests/dashboard/chromium.ts';

const PEERS = path.join(import.meta.dirname, 'peers');
const WASM = path.join(PEERS, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');

interface Measured {
  stepsPerSecond: number;
  loss: number;
  picturesPerSecond?: number;
}

/** The page's files, by URL path. */
async function filesOf(): Promise<Map<string, [type: string, bytes: Uint8Array]>> {
  const files = new Map<string, [string, Uint8Array]>([['/', ['text/html', Buffer.from('<!doctype html>')]]]);
  for (const { path: at, type, plain } of await buildDashboard()) {
    if (at !== '/') files.set(at, [type, plain]);
  }
  for (const name of ['objects', ...(existsSync(WASM) ? ['tfjs'] : [])]) {
    const entryPoints = [path.join(PEERS, `${name}.js`)];
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    });
    files.set(`/${name}.js`, ['text/javascript', outputFiles[0]!.contents]);
  }
  if (existsSync(WASM)) {
    const name = 'tfjs-backend-wasm-simd.wasm';
    files.set(`/${name}`, ['application/wasm', await readFile(path.join(WASM, name))]);
  }
  return files;
}

/** Runs the engine in its worker at full speed, drawing each frame as soon as it arrives. */
function engine(worker: string, job: object, grid: Float32Array, seconds: number): string {
  return `new Promise((resolve, reject) => {
    const worker = new Worker(${JSON.stringify(worker)}, { type: 'module' });
    const stepsAnEpoch = 14;
    let begin = null;
    let frames = 0;
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.type !== 'frame') return reject(new Error(data.message ?? data.type));
      const now = performance.now();
      if (begin === null && data.epoch > 0) begin = { now: now + 1000, epoch: null };
      else if (begin?.epoch === null && now >= begin.now) {
        begin = { now, epoch: data.epoch };
        frames = 0;
      }
      else if (begin !== null && begin.epoch !== null && now - begin.now >= ${1000 * seconds}) {
        worker.terminate();
        const steps = (data.epoch - begin.epoch) * stepsAnEpoch;
        const rate = (count) => (1000 * count) / (now - begin.now);
        resolve({ stepsPerSecond: rate(steps), picturesPerSecond: rate(frames), loss: data.losses.at(-1).train });
      }
      frames++;
      requestAnimationFrame(() => worker.postMessage({ type: 'drawn' }));
    };
    worker.postMessage({ type: 'pace', epochs: 0 });
    worker.postMessage({ type: 'run', on: true });
    worker.postMessage({ type: 'start', job: ${JSON.stringify(job)}, grid: new Float32Array(${JSON.stringify([...grid])}) });
  })`;
}

export async function bench([seconds = '3', rounds = '5']: string[]): Promise<void> {
  const files = await filesOf();
  const server = createServer((request, response) => {
    const [type, bytes] = files.get(request.url ?? '') ?? ['text/plain', new Uint8Array()];
    response.writeHead(bytes.length > 0 ? 200 : 404, { 'content-type': type }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch(await findChromium());
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await measure(page, [...files.keys()], Number(seconds), Number(rounds));
  } finally {
    await browser.close();
    server.close();
  }
}

async function measure(page: Page, paths: string[], seconds: number, rounds: number): Promise<void> {
  const points = pointsOf(START.problem, START.noise, START.seed);
  const job = jobOf(START, points, 1_000_000);
  const { inputs, targets } = job.dataset as { inputs: number[][]; targets: number[][] };
  const learned = Math.round(0.7 * inputs.length);
  const { hidden, batch, lr } = START;
  const data = { inputs: inputs.slice(0, learned), targets: targets.slice(0, learned), hidden, batch, lr };
  const worker = paths.find((name) => name.includes('/worker-'))!;
  const peer = (file: string, call: string) => [
    `import('/${file}.js').then(() => ${call}, ${JSON.stringify(data)}, ${seconds}))`,
  ];
  const contestants: [name: string, script: string][] = [
    ['the engine in its worker, pictures included', engine(worker, job, gridOf(START.features), seconds)],
    ...(paths.includes('/tfjs.js')
      ? ([
          ['TensorFlow.js 4.22, wasm', peer('tfjs', `trainWithTfjs('wasm'`)[0]!],
          ['TensorFlow.js 4.22, cpu', peer('tfjs', `trainWithTfjs('cpu'`)[0]!],
        ] as [string, string][])
      : []),
    ['a network of plain objects, SGD', peer('objects', 'trainWithObjects(null')[0]!],
  ];
  const measured = new Map<string, Measured[]>(contestants.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, script] of contestants)
      measured.get(name)!.push((await page.evaluate(script)) as Measured);
  }
  process.stdout.write(`${[2, ...hidden, 1].join('-')}, batches of ${batch}; median of ${rounds}\n`);
  for (const [name, results] of measured) {
    const sorted = results.map(({ stepsPerSecond }) => stepsPerSecond).sort((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)]!;
    const rate = Math.round(median).toLocaleString('en');
    const { loss, picturesPerSecond: pictures } = results.at(-1)!;
    const notes = [
      `loss ${loss.toPrecision(2)}`,
      ...(pictures === undefined ? [] : [`${pictures.toFixed(0)} pictures/s`]),
    ];
    process.stdout.write(`${rate.padStart(9)} steps/s  ${name} (${notes.join(', ')})\n`);
  }
  if (!paths.includes('/tfjs.js')) {
    process.stdout.write('TensorFlow.js was not measured: npm ci --prefix bench/peers\n');
  }
}
