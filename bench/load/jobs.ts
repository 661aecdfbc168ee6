// Jobs that "run" without being trained: the same store writes that a worker makes.

import { newId } from '#contracts/ids.ts';
import type { Lease, Store } from '#store/store.ts';
import { DATASET_EXAMPLE, JOB_EXAMPLE } from '../../services/api/openapi/examples.ts';

export async function runningJobs(url: string, store: Store, count: number): Promise<Lease[]> {
  const headers = { 'content-type': 'application/json' };
  const created = await fetch(`${url}/datasets`, {
    method: 'POST',
    headers,
    body: JSON.stringify(DATASET_EXAMPLE),
  });
  const dataset = ((await created.json()) as { id: string }).id;
  const leases: Lease[] = [];
  for (let i = 0; i < count; i++) {
    const body = JSON.stringify({ ...JOB_EXAMPLE, dataset, name: newId('job') });
    const { id } = (await (await fetch(`${url}/jobs`, { method: 'POST', headers, body })).json()) as {
      id: string;
    };
    const claim = await store.jobs.claim(id, 'load', 86_400);
    leases.push(claim!.lease);
  }
  return leases;
}
