// Injects the faults of the schedule and ends them again. Two faults may overlap; whatever was stopped is always restarted.

import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { runSql } from '../support/postgres.ts';
import type { Cluster } from './cluster.ts';
import type { Journal } from './journal.ts';
import type { Part } from './part.ts';
import type { Fault, FaultKind } from './schedule.ts';

type Strike = (cluster: Cluster, fault: Fault) => Promise<unknown>;

const killed = async (part: Part, forMs: number) => {
  await part.end('SIGKILL');
  await sleep(forMs);
  part.start();
};

const asked = async (part: Part) => {
  await part.end('SIGTERM');
  part.start();
};

const frozen = async (part: Part, forMs: number) => {
  part.signal('SIGSTOP');
  await sleep(forMs);
  part.signal('SIGCONT');
};

/** Statements whose reply may be lost. */
const STATEMENTS = ['COMMIT', 'UPDATE job SET', 'INSERT INTO job_event', 'INSERT INTO job ', 'SELECT'];

const STRIKES: Record<FaultKind, Strike> = {
  'worker killed': ({ workers }, { which, forMs }) => killed(workers[which]!, forMs),
  'API killed': ({ apis }, { which, forMs }) => killed(apis[which]!, forMs),
  'worker asked to stop': ({ workers }, { which }) => asked(workers[which]!),
  'API asked to stop': ({ apis }, { which }) => asked(apis[which]!),
  'worker frozen': ({ workers }, { which, forMs }) => frozen(workers[which]!, forMs),
  'API frozen': ({ apis }, { which, forMs }) => frozen(apis[which]!, forMs),
  async 'trainer killed'({ workers }, { which }) {
    for (const pid of workers[which]!.trainers()) process.kill(pid, 'SIGKILL');
  },
  async 'connections cut'({ proxies }, { atMs }) {
    proxies[atMs % 4]!.cut();
  },
  async 'connections half-open'({ proxies }, { atMs }) {
    proxies[atMs % 4]!.freeze();
  },
  async 'answer lost'({ proxies }, { atMs }) {
    // Not awaited: if no such statement is sent, nothing is lost.
    void proxies[atMs % 4]!.loseAnswer(STATEMENTS[atMs % STATEMENTS.length]!);
  },
  'listeners terminated': (cluster) =>
    runSql(
      cluster.databaseUrl(),
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'epochd notifications%'`,
    ),
  async 'artifacts away'({ artifacts }, { forMs }) {
    await artifacts.takeAway();
    await sleep(forMs);
    await artifacts.bringBack();
  },
  async 'disk of artifacts full'({ artifacts }, { forMs }) {
    await artifacts.fill();
    await sleep(forMs);
    await artifacts.empty();
  },
  async 'artifacts frozen'({ artifacts }, { forMs }) {
    await artifacts.freeze();
    await sleep(forMs);
    await artifacts.thaw();
  },
  async 'Postgres restarted'(cluster) {
    await cluster.restartPostgres('stop');
  },
  async 'Postgres killed'(cluster) {
    await cluster.restartPostgres('kill');
  },
  async 'Redis flushed'(cluster) {
    const client = new Redis(cluster.redisUrl()!, { maxRetriesPerRequest: 1 });
    client.on('error', () => {});
    try {
      await client.flushall();
    } finally {
      client.disconnect();
    }
  },
  'Redis killed': (cluster, { forMs }) => cluster.restartRedis(forMs),
};

/** Resolves when all faults have passed. */
export async function strike(
  cluster: Cluster,
  faults: readonly Fault[],
  journal: Journal,
  stop: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  // Restarts of the same target are serialized: killing a process that is already down tests nothing.
  const busy = new Map<string, Promise<unknown>>();
  const passing: Promise<unknown>[] = [];
  for (const fault of faults) {
    await sleep(Math.max(0, begun + fault.atMs - performance.now()));
    if (stop.aborted) break;
    const what = /^(worker|API|Postgres|Redis)|artifacts/.exec(fault.kind)?.[0];
    const target =
      what === undefined ? null : what === 'worker' || what === 'API' ? `${what}${fault.which}` : what;
    if (target !== null) await busy.get(target);
    journal.fault(fault.kind, fault);
    const passed = STRIKES[fault.kind](cluster, fault).catch((error: unknown) => {
      // For example, listeners cannot be terminated while the database is down.
      journal.note('fault failed', { kind: fault.kind, error: String(error) });
    });
    if (target !== null) busy.set(target, passed);
    passing.push(passed);
  }
  await Promise.all(passing);
}
