// Uploads a large CSV to an API process: how much memory the API and its reader process need, and how long other requests wait meanwhile.
// `npm run bench -- upload [MiB] [resumable]`: as a form, or in pieces by the client. Memory is read from /proc, so this runs only on
// Linux.

import { spawn } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '#client/client.ts';

const START = path.join(import.meta.dirname, '../services/start.ts');

/** 0 if the process has ended. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** The process that parses tables, once it exists. */
async function readerOf(parent: number): Promise<number | null> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    const above = Number(stat!.slice(stat!.lastIndexOf(')') + 2).split(' ')[1]);
    if (above === parent && command!.includes('offload/main.ts')) return Number(pid);
  }
  return null;
}

/** A CSV of this many MiB, block by block. */
function* csv(mib: number): Generator<Buffer> {
  yield Buffer.from('a,b,c,d,e,f,g,h,side\n');
  const line = (i: number) =>
    `${i % 97},${(i % 89) / 7},${i % 83},0.5,${(i % 7) / 3},1,${i % 5},-2.25,${i % 2}\n`;
  const block = Buffer.from(Array.from({ length: 20_000 }, (_, i) => line(i)).join(''));
  for (let left = Math.ceil((mib * 2 ** 20) / block.length); left > 0; left--) yield block;
}

interface Sent {
  status: number;
  samples: number | undefined;
}

async function asForm(url: string, mib: number): Promise<Sent> {
  const boundary = 'epochd-bench';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="big.csv"\r\ncontent-type: text/csv\r\n\r\n`;
  async function* body() {
    yield Buffer.from(head);
    yield* csv(mib);
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const init = { method: 'POST', headers, body: ReadableStream.from(body()), duplex: 'half' };
  const reply = await fetch(`${url}/datasets`, init as RequestInit);
  return { status: reply.status, samples: ((await reply.json()) as { samples?: number }).samples };
}

async function inPieces(url: string, file: string): Promise<Sent> {
  const begin = performance.now();
  const { samples } = await connect({ url }).datasets.upload({
    file: await openAsBlob(file),
    resumable: true,
    onProgress: (sent, total) => {
      if (sent === total)
        process.stdout.write(`sent in ${((performance.now() - begin) / 1_000).toFixed(1)} s; `);
    },
  });
  return { status: 201, samples };
}

/** Event loop delay since the previous call, in ms. */
async function delaysOf(url: string): Promise<{ p99: number; max: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const seconds = (name: string) =>
    Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds\\S* (\\S+)$`, 'm').exec(text)?.[1]);
  return { p99: seconds('p99') * 1_000, max: seconds('max') * 1_000 };
}

export async function bench([mib = '100', how = 'form']: string[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  const file = path.join(dataDir, 'big.csv');
  if (how === 'resumable') {
    await using made = await open(file, 'w');
    for (const block of csv(Number(mib))) await made.writeFile(block);
  }
  const env = { ...process.env, PORT: '0', DATA_DIR: path.join(dataDir, 'data'), LOG_LEVEL: 'error' };
  const service = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await new Promise<string>((resolve) => {
      let text = '';
      service.stdout.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        const found = /http:\/\/[\d.]+:\d+/.exec(text)?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    await delaysOf(url);
    // Measures how other programs on the machine delay an idle event loop.
    await sleep(20_000);
    const idle = await delaysOf(url);
    const before = await residentMiB(service.pid!);
    const waits: number[] = [];
    let [highest, reader] = [before, 0];
    let over = false;
    const watching = (async () => {
      for (let pid: number | null = null, turn = 0; !over; turn++) {
        const asked = performance.now();
        await (await fetch(`${url}/healthz`)).arrayBuffer();
        waits.push(performance.now() - asked);
        highest = Math.max(highest, await residentMiB(service.pid!));
        if (turn % 50 === 0) pid ??= await readerOf(service.pid!);
        if (pid !== null) reader = Math.max(reader, await residentMiB(pid));
        await sleep(20);
      }
    })();
    const begin = performance.now();
    const { status, samples } =
      how === 'resumable' ? await inPieces(url, file) : await asForm(url, Number(mib));
    const seconds = (performance.now() - begin) / 1_000;
    over = true;
    await watching;
    const delay = await delaysOf(url);
    waits.sort((a, b) => a - b);
    process.stdout.write(
      `${mib} MiB of CSV (${how}), ${samples} rows: status ${status}, ${seconds.toFixed(1)} s; the API grew from ${before.toFixed(0)} by ${(highest - before).toFixed(0)} MiB, its event loop was late by ${delay.p99.toFixed(0)} ms at p99 and ${delay.max.toFixed(0)} at most (without work ${idle.p99.toFixed(0)} and ${idle.max.toFixed(0)}); the reading process took ${reader.toFixed(0)} MiB; /healthz p99 ${waits[Math.floor(waits.length * 0.99)]!.toFixed(0)} ms, slowest ${waits.at(-1)!.toFixed(0)} ms\n`,
    );
  } finally {
    service.kill('SIGTERM');
    await new Promise((resolve) => service.once('exit', resolve));
    await rm(dataDir, { recursive: true, force: true });
  }
}
