// 1,000 readers that subscribe to a busy job and never read: how much memory they cost the API until they are disconnected.

import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { EventBody } from '#contracts/jobs/events.ts';
import { startLoadedApi } from './api.ts';
import { runningJobs } from './jobs.ts';

const READERS = 1_000;
const OPENING_AT_ONCE = 50;
const EVENTS = 1_000;

export async function deaf(): Promise<void> {
  await using api = await startLoadedApi();
  const [lease] = await runningJobs(api.url, api.store, 1);
  const body: EventBody = { type: 'log', data: { level: 'info', message: 'x'.repeat(10_000) } };
  for (let i = 0; i < EVENTS; i += 50) await api.store.jobs.append(lease!, Array(50).fill(body));
  const url = `${api.url.replace('http', 'ws')}/jobs/${lease!.jobId}/stream`;
  // First serve as many readers that do read, so that the heap's growth for a thousand readers of any kind is not charged to those that do
  // not.
  for (let i = 0; i < READERS; i += OPENING_AT_ONCE) {
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, () => readAll(url)));
  }
  await sleep(1_000);
  const before = await api.resident();
  let highest = before;
  let slowest = 0;
  const watch = setInterval(async () => {
    highest = Math.max(highest, await api.resident());
    const asked = performance.now();
    await (await fetch(`${api.url}/healthz`)).arrayBuffer();
    slowest = Math.max(slowest, performance.now() - asked);
  }, 100);
  const sockets: WebSocket[] = [];
  let closed = 0;
  for (let i = 0; i < READERS; i += OPENING_AT_ONCE) {
    await Promise.all(
      Array.from({ length: OPENING_AT_ONCE }, () => {
        const socket = new WebSocket(url);
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('close', () => closed++);
        return new Promise<void>((resolve) => {
          socket.once('close', () => resolve());
          socket.once('open', () => {
            socket.pause();
            resolve();
          });
        });
      }),
    );
  }
  // Longer than streamPatienceMs and streamFarewellMs together.
  await sleep(20_000);
  clearInterval(watch);
  const after = await api.resident();
  for (const socket of sockets) socket.resume();
  await sleep(2_000);
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  console.log(
    `  ${READERS} readers that never read, of a job with ${EVENTS} events of 10 kB: the API grew from ${mib(before)} by ${mib(highest - before)} MiB at most, ` +
      `${mib(after - before)} MiB when they were cut off (${closed} of them are); meanwhile /healthz took ${slowest.toFixed(0)} ms at most`,
  );
  for (const socket of sockets) socket.terminate();
}

/** Reads all of the job's events written so far. */
function readAll(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = new WebSocket(url);
    let count = 0;
    reader.on('error', reject);
    reader.on('message', () => {
      if (++count < EVENTS) return;
      reader.terminate();
      resolve();
    });
  });
}
