// Prometheus metrics of this process and of the jobs. Each app has its own registry; process metrics (memory, event loop) are collected
// once for all apps, from the first scrape on.

import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { JobStatus } from '#contracts/jobs/job.ts';
import type { LoadReader } from '#store/store.ts';
import { within } from './within.ts';

const PATIENCE_MS = 2_000;

export interface Measures {
  /** A waiting reader received an event this long after it was written. */
  eventLag(seconds: number): void;
  /** A request was answered. */
  request(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** The text of a scrape and its media type. If the database is unreachable, only this process's own metrics. */
  scrape(): Promise<{ text: string; type: string }>;
}

let ofProcess: Registry | null = null;

function processRegistry(): Registry {
  if (ofProcess === null) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

export function openMeasures(load: LoadReader): Measures {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <const L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `epochd_${name}`, help, labelNames: [...labelNames], registers });

  const up = gauge('database_up', 'Whether the database answered this scrape');
  const jobs = gauge('jobs', 'Jobs by status', ['status']);
  const oldest = gauge('queue_oldest_seconds', 'Age of the longest-waiting job; 0 if none waits');
  const steps = gauge('training_steps_per_second', 'Over all running jobs, as last reported');
  const samples = gauge('training_samples_per_second', 'Over all running jobs, as last reported');
  const workers = gauge('workers', 'Workers that are alive');
  const slots = gauge('worker_slots', 'Jobs that the live workers can train at the same time');
  const connections = gauge('database_connections', 'Connections of this process to Postgres, by pool', [
    'pool',
    'state',
  ]);
  const limit = gauge('database_connections_limit', 'Maximum connections of each pool', ['pool']);
  const queued = gauge('database_requests_waiting', 'Callers waiting for a free connection, by pool', [
    'pool',
  ]);
  const lag = new Histogram({
    name: 'epochd_event_lag_seconds',
    help: 'From writing an event to the database until sending it to a client that follows its job',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const requests = new Histogram({
    name: 'epochd_http_request_duration_seconds',
    help: 'Requests by route and status, until their reply was sent',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  const ofDatabase = [jobs, oldest, steps, samples, workers, slots];

  const readJobs = async () => {
    const now = await within(PATIENCE_MS, load.read());
    for (const status of JobStatus.options) jobs.set({ status }, now.jobs[status] ?? 0);
    oldest.set(now.oldestQueuedSeconds);
    steps.set(now.stepsPerSecond);
    samples.set(now.samplesPerSecond);
    workers.set(now.workers);
    slots.set(now.slots);
  };

  return {
    eventLag: (seconds) => lag.observe(Math.max(0, seconds)),
    request: (labels, seconds) => requests.observe(labels, seconds),
    async scrape() {
      const answered = await readJobs().then(
        () => true,
        () => false,
      );
      up.set(answered ? 1 : 0);
      for (const { pool, open, idle, waiting, limit: most } of load.pools()) {
        connections.set({ pool, state: 'idle' }, idle);
        connections.set({ pool, state: 'used' }, open - idle);
        queued.set({ pool }, waiting);
        limit.set({ pool }, most);
      }
      // A stale number would be worse than none.
      const left = answered ? [] : ofDatabase.map((it) => (it as unknown as { name: string }).name);
      const ours = registry
        .getMetricsAsArray()
        .filter(({ name }) => !left.includes(name))
        .map(({ name }) => registry.getSingleMetricAsString(name));
      const texts = await Promise.all([...ours, processRegistry().metrics()]);
      return { text: `${texts.map((it) => it.trimEnd()).join('\n\n')}\n`, type: registry.contentType };
    },
  };
}
