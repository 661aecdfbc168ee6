// POST /jobs at a fixed rate, whether or not the replies keep up (open loop), so that late replies are included in the figures.

import { setTimeout as sleep } from 'node:timers/promises';
import { DATASET_EXAMPLE, JOB_EXAMPLE } from '../../services/api/openapi/examples.ts';
import { startLoadedApi } from './api.ts';
import { shares } from './quantile.ts';

const RATE = 200;

export async function posts(seconds = 60): Promise<void> {
  await using api = await startLoadedApi();
  const headers = { 'content-type': 'application/json' };
  const created = await fetch(`${api.url}/datasets`, {
    method: 'POST',
    headers,
    body: JSON.stringify(DATASET_EXAMPLE),
  });
  const dataset = ((await created.json()) as { id: string }).id;
  const body = JSON.stringify({ ...JOB_EXAMPLE, dataset });
  const took: number[] = [];
  const statuses = new Map<string, number>();
  const one = async (due: number) => {
    const status = await fetch(`${api.url}/jobs`, { method: 'POST', headers, body }).then(
      async (reply) => {
        await reply.arrayBuffer();
        return String(reply.status);
      },
      (error: Error) => error.message,
    );
    took.push(performance.now() - due);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  for (let i = 0; i < 50; i++) await one(performance.now());
  took.length = 0;
  statuses.clear();
  const begun = performance.now();
  const cpu = await api.cpuSeconds();
  const all: Promise<void>[] = [];
  for (let i = 0; i < RATE * seconds; i++) {
    const due = begun + (1000 * i) / RATE;
    if (due > performance.now()) await sleep(due - performance.now());
    all.push(one(due));
  }
  await Promise.all(all);
  const lasted = (performance.now() - begun) / 1000;
  const used = (await api.cpuSeconds()) - cpu;
  console.log(
    `  ${RATE} POST /jobs a second for ${seconds} s: ${(took.length / lasted).toFixed(0)} a second were answered, ${shares(took)}; ` +
      `${[...statuses].map(([status, count]) => `${status}: ${count}`).join(', ')}; the API used ${((100 * used) / lasted).toFixed(0)} % of a core`,
  );
}
