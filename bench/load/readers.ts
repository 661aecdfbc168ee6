// 2,000 readers of the streams of 20 jobs with five events a second each, on one API process: the latency from an event's write (by the
// database's clock, which is this machine's) to its arrival.

import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { EventBody, JobEvent } from '#contracts/jobs/events.ts';
import { startLoadedApi } from './api.ts';
import { runningJobs } from './jobs.ts';
import { shares } from './quantile.ts';

const READERS = 2_000;
const JOBS = 20;
const PER_SECOND = 5;
const OPENING_AT_ONCE = 50;

export async function readers(seconds = 30): Promise<void> {
  await using api = await startLoadedApi();
  const leases = await runningJobs(api.url, api.store, JOBS);
  const before = await api.resident();
  const sockets: WebSocket[] = [];
  const seen = new Map<WebSocket, number>();
  const delays: number[] = [];
  let wrong = 0;
  let measuring = false;
  const open = (i: number) =>
    new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(`${api.url.replace('http', 'ws')}/jobs/${leases[i % JOBS]!.jobId}/stream`);
      sockets.push(socket);
      seen.set(socket, 0);
      socket.on('message', (data) => {
        const event = JSON.parse(String(data)) as JobEvent;
        if (event.object !== 'job.event') return;
        if (event.seq !== seen.get(socket)! + 1) wrong += 1;
        seen.set(socket, event.seq);
        if (measuring && event.type === 'log') delays.push(Date.now() - event.ts);
      });
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
  const opening = performance.now();
  for (let i = 0; i < READERS; i += OPENING_AT_ONCE) {
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, (_, k) => open(i + k)));
  }
  const opened = performance.now() - opening;
  await sleep(1_000);
  measuring = true;
  const cpu = await api.cpuSeconds();
  const begun = performance.now();
  const body: EventBody = { type: 'log', data: { level: 'info', message: 'five a second' } };
  for (let i = 0; i < seconds * PER_SECOND * JOBS; i++) {
    const due = begun + (1000 * i) / (PER_SECOND * JOBS);
    if (due > performance.now()) await sleep(due - performance.now());
    void api.store.jobs.append(leases[i % JOBS]!, [body]);
  }
  await sleep(2_000);
  const lasted = (performance.now() - begun) / 1000;
  const used = (await api.cpuSeconds()) - cpu;
  const grown = (await api.resident()) - before;
  const expected = seconds * PER_SECOND * READERS;
  console.log(
    `  ${READERS} readers of ${JOBS} jobs with ${PER_SECOND} events a second each, ${seconds} s: ${delays.length} of ${expected} events arrived, ` +
      `${wrong} out of order; ${shares(delays)}; opened in ${(opened / 1000).toFixed(1)} s; the API used ${((100 * used) / lasted).toFixed(0)} % of a core ` +
      `and grew by ${(grown / 2 ** 20).toFixed(0)} MiB`,
  );
  for (const socket of sockets) socket.terminate();
}
