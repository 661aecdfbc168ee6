// The commands of the model-based test: each applies one action to the service and to the model, and compares them.

import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { expect } from 'vitest';
import type { JobEvent } from '#contracts/jobs/events.ts';
import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Api } from '../api/running-api.ts';
import { jobBody } from '../api/running-api.ts';
import { says } from '../support/leased.ts';
import { runSql } from '../support/postgres.ts';
import {
  ACTIONS,
  type Action,
  ENDS,
  HANDED_BACK,
  letGo,
  type Model,
  type ModelJob,
  move,
} from './job-model.ts';

export interface Real {
  api: Api;
  databaseUrl: string;
  /** Makes keys unique across runs. */
  run: number;
}

export const MAX_ATTEMPTS = 2;
const KEYS = 3;

const ask = async ({ api }: Real, request: InjectOptions) => {
  const reply = await api.app.inject(request);
  const body = reply.body === '' ? null : JSON.parse(reply.body);
  return { status: reply.statusCode, headers: reply.headers, body };
};

/** A command on the job of a key, if it exists. */
abstract class OnJob implements fc.AsyncCommand<Model, Real> {
  readonly key: number;
  constructor(key: number) {
    this.key = key;
  }

  check(model: Readonly<Model>): boolean {
    return model.has(this.key);
  }

  async run(model: Model, real: Real): Promise<void> {
    const job = model.get(this.key)!;
    await this.act(job, real);
    await compare(job, real);
  }

  abstract act(job: ModelJob, real: Real): Promise<void>;
  abstract get name(): string;
  toString = () => `${this.name} #${this.key}`;
}

/** What the API shows of the job must match the model. */
async function compare(job: ModelJob, real: Real): Promise<void> {
  const seen = await ask(real, { url: `/jobs/${job.id}` });
  if (job.deleted) return expect(seen.status).toBe(404);
  expect(seen.body).toMatchObject({ status: job.status, attempt: job.attempt, last_seq: job.events });
  const log = (await ask(real, { url: `/jobs/${job.id}/events?limit=1000` })).body.data as JobEvent[];
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: job.events }, (_, i) => i + 1));
  expect(log.flatMap((event) => (event.type === 'status' ? [event.data.status] : []))).toEqual(job.told);
}

class Post implements fc.AsyncCommand<Model, Real> {
  readonly key: number;
  readonly variant: number;
  constructor(key: number, variant: number) {
    this.key = key;
    this.variant = variant;
  }

  check = () => true;
  toString = () => `post #${this.key} with body ${this.variant}`;

  async run(model: Model, real: Real): Promise<void> {
    const before = model.get(this.key);
    const { status, headers, body } = await ask(real, {
      method: 'POST',
      url: '/jobs',
      headers: { 'idempotency-key': `${real.run}-${this.key}` },
      payload: jobBody({ name: `body ${this.variant}` }),
    });
    if (before !== undefined && before.variant !== this.variant) return expect(status).toBe(422);
    expect(status).toBe(201);
    expect(headers['idempotency-replayed']).toBe(before === undefined ? undefined : 'true');
    if (before !== undefined) return expect(body.id).toBe(before.id);
    const job: ModelJob = {
      id: body.id,
      variant: this.variant,
      status: 'queued',
      attempt: 0,
      handedBack: 0,
      told: ['validating', 'queued'],
      events: 2,
      lease: null,
      over: [],
      deleted: false,
    };
    model.set(this.key, job);
    await compare(job, real);
  }
}

class Act extends OnJob {
  readonly action: Action;
  constructor(key: number, action: Action) {
    super(key);
    this.action = action;
  }

  get name() {
    return this.action;
  }

  async act(job: ModelJob, real: Real): Promise<void> {
    const { status } = await ask(real, { method: 'POST', url: `/jobs/${job.id}/${this.action}` });
    const to = (ACTIONS[this.action] as Partial<Record<JobStatus, JobStatus>>)[job.status];
    expect(status).toBe(job.deleted ? 404 : to === undefined ? 409 : 200);
    if (!job.deleted && to !== undefined) move(job, to);
  }
}

class Delete extends OnJob {
  readonly name = 'delete';

  async act(job: ModelJob, real: Real): Promise<void> {
    const { status } = await ask(real, { method: 'DELETE', url: `/jobs/${job.id}` });
    const ended = ENDS.includes(job.status);
    expect(status).toBe(job.deleted ? 404 : ended ? 204 : 409);
    job.deleted ||= ended;
  }
}

class Claim extends OnJob {
  readonly name = 'claim';

  async act(job: ModelJob, { api }: Real): Promise<void> {
    const claim = await api.store.jobs.claim(job.id, 'w', 600);
    expect(claim !== null).toBe(!job.deleted && job.status === 'queued');
    if (claim === null) return;
    job.attempt += 1;
    job.lease = claim.lease;
    move(job, 'running');
  }
}

class Append extends OnJob {
  readonly name = 'append';

  async act(job: ModelJob, { api }: Real): Promise<void> {
    if (job.lease === null) return;
    const write = { write: job.events };
    // The second write repeats the first and must have no effect.
    for (let i = 0; i < 2; i++) expect(await api.store.jobs.append(job.lease, [says('x')], write)).toBe(true);
    job.events += 1;
  }
}

class Finish extends OnJob {
  readonly how: 'succeeded' | 'failed';
  constructor(key: number, how: 'succeeded' | 'failed') {
    super(key);
    this.how = how;
  }

  get name() {
    return this.how;
  }

  async act(job: ModelJob, { api }: Real): Promise<void> {
    if (job.lease === null) return;
    const stopReason = this.how === 'succeeded' ? 'completed' : 'internal';
    expect(await api.store.jobs.finish(job.lease, { status: this.how, stopReason })).toBe(true);
    move(job, job.status === 'cancelling' ? 'cancelled' : this.how);
    letGo(job);
  }
}

class Release extends OnJob {
  readonly name = 'release';

  async act(job: ModelJob, { api }: Real): Promise<void> {
    if (job.lease === null) return;
    await api.store.jobs.release(job.lease);
    const to = HANDED_BACK[job.status as keyof typeof HANDED_BACK];
    // A released attempt does not count against the limit, unless the job ends with it.
    if (to !== 'cancelled') job.handedBack += 1;
    move(job, to);
    letGo(job);
  }
}

/** The worker stops renewing its lease, and its job is reclaimed. */
class Lose extends OnJob {
  readonly name = 'lose the worker of';

  async act(job: ModelJob, { api, databaseUrl }: Real): Promise<void> {
    if (job.lease === null) return;
    await runSql(
      databaseUrl,
      `UPDATE job SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = '${job.id}'`,
    );
    await api.store.jobs.reclaim(MAX_ATTEMPTS);
    const spent = job.attempt >= MAX_ATTEMPTS + job.handedBack;
    move(
      job,
      job.status === 'running' && spent ? 'failed' : HANDED_BACK[job.status as keyof typeof HANDED_BACK],
    );
    letGo(job);
  }
}

/** A worker that lost its lease keeps writing. */
class Zombie extends OnJob {
  readonly name = 'a zombie writes to';

  async act(job: ModelJob, { api }: Real): Promise<void> {
    const lease = job.over.at(-1);
    if (lease === undefined) return;
    const { jobs } = api.store;
    expect(await jobs.append(lease, [says('boo')])).toBe(false);
    expect(await jobs.renew(lease, 600)).toBeNull();
  }
}

const key = fc.integer({ min: 0, max: KEYS - 1 });
export const commands = [
  fc.tuple(key, fc.integer({ min: 0, max: 1 })).map(([k, variant]) => new Post(k, variant)),
  fc
    .tuple(key, fc.constantFrom<Action>('cancel', 'pause', 'resume'))
    .map(([k, action]) => new Act(k, action)),
  key.map((k) => new Claim(k)),
  key.map((k) => new Claim(k)),
  key.map((k) => new Append(k)),
  fc
    .tuple(key, fc.constantFrom('succeeded' as const, 'failed' as const))
    .map(([k, how]) => new Finish(k, how)),
  key.map((k) => new Release(k)),
  key.map((k) => new Lose(k)),
  key.map((k) => new Zombie(k)),
  key.map((k) => new Delete(k)),
];
