// A large CSV as an upload, to an API process of its own: what it costs the API in memory, and how long others wait
// meanwhile. `npm run bench -- upload [MiB]`. Memory is read from /proc, so this runs on Linux.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START = path.join(import.meta.dirname, '../services/start.ts');

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** A form with one file of so many bytes, made as it is sent. */
function form(mib: number): { body: ReadableStream<Uint8Array>; type: string } {
  const boundary = 'epochd-bench';
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="big.csv"\r\ncontent-type: text/csv\r\n\r\na,b,c,d,e,f,g,h,side\n`;
  const line = (i: number) =>
    `${i % 97},${(i % 89) / 7},${i % 83},0.5,${(i % 7) / 3},1,${i % 5},-2.25,${i % 2}\n`;
  const block = Buffer.from(Array.from({ length: 20_000 }, (_, i) => line(i)).join(''));
  let left = Math.ceil((mib * 2 ** 20) / block.length);
  let begun = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!begun) controller.enqueue(Buffer.from(head));
      begun = true;
      if (left-- > 0) return controller.enqueue(block);
      controller.enqueue(Buffer.from(`\r\n--${boundary}--\r\n`));
      controller.close();
    },
  });
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

export async function bench([mib = '100']: string[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-bench-'));
  const env = { ...process.env, PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'error' };
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
    await sleep(2_000);
    const before = await residentMiB(service.pid!);
    const waits: number[] = [];
    let highest = before;
    let over = false;
    const watching = (async () => {
      while (!over) {
        const asked = performance.now();
        await (await fetch(`${url}/healthz`)).arrayBuffer();
        waits.push(performance.now() - asked);
        highest = Math.max(highest, await residentMiB(service.pid!));
        await sleep(20);
      }
    })();
    const { body, type } = form(Number(mib));
    const begin = performance.now();
    const init = { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' };
    const reply = await fetch(`${url}/datasets`, init as RequestInit);
    const answer = (await reply.json()) as { samples?: number };
    const seconds = (performance.now() - begin) / 1_000;
    over = true;
    await watching;
    waits.sort((a, b) => a - b);
    process.stdout.write(
      `${mib} MiB of CSV, ${answer.samples} rows: status ${reply.status}, ${seconds.toFixed(1)} s; the API grew from ${before.toFixed(0)} by ${(highest - before).toFixed(0)} MiB; /healthz p99 ${waits[Math.floor(waits.length * 0.99)]!.toFixed(0)} ms, slowest ${waits.at(-1)!.toFixed(0)} ms\n`,
    );
  } finally {
    service.kill('SIGTERM');
    await new Promise((resolve) => service.once('exit', resolve));
    await rm(dataDir, { recursive: true, force: true });
  }
}
