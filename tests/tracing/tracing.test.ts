// One trace from the request to the trainer: an API and worker processes export their spans to a receiver over HTTP.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isTerminal } from '#contracts/jobs/job.ts';
import { openStore } from '#store/store.ts';
import { openTracing } from '#tracing/tracing.ts';
import { buildApp } from '../../services/api/app.ts';
import { LOOPBACK } from '../api/bare-app.ts';
import { jobBody } from '../api/running-api.ts';
import { quietLog, rememberingLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { useWorkerProcess } from '../worker/worker-process.ts';
import { openReceiver, type Received } from './receiver.ts';

const { closing, startProcess } = useWorkerProcess();
const SOON = 60_000;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

async function openService() {
  const receiver = await openReceiver();
  closing.push(() => receiver.close());
  const databaseUrl = await freshDatabase();
  const store = await openStore({ databaseUrl, redisUrl: null, log: quietLog });
  const options = { endpoint: receiver.endpoint, headers: {}, serviceName: 'epochd', ratio: 1 };
  const tracing = await openTracing(options, 'api', quietLog);
  const app = await buildApp({ store, config: LOOPBACK, tracing });
  closing.push(async () => {
    await app.close();
    await tracing.close();
    await store.close();
  });
  const worker = () =>
    startProcess({
      DATABASE_URL: databaseUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=blue%20one',
    });
  const post = async (training: object, flags: '00' | '01') => {
    const reply = await app.inject({
      method: 'POST',
      url: '/jobs',
      headers: { traceparent: `00-${TRACE}-${CALLER}-${flags}` },
      payload: jobBody({ training: { loss: 'CrossEntropyLoss', ...training } }),
    });
    expect(reply.statusCode, reply.body).toBe(201);
    return reply.json<{ id: string }>().id;
  };
  return { receiver, store, worker, post };
}

test("the request, queueing, and each attempt's claim, data, compilation, epochs and model form one trace across workers", async () => {
  const { receiver, store, worker, post } = await openService();
  const first = worker();
  const id = await post({ epochs: 1_000_000 }, '01');
  const learns = (attempt: number) =>
    until(async () => {
      const job = (await store.jobs.get(id))!;
      return job.attempt === attempt && job.progress.epoch > 0 ? true : null;
    }, SOON);
  await learns(1);
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  const second = worker();
  await learns(2);
  await store.jobs.requestCancel(id);
  await until(async () => (isTerminal((await store.jobs.get(id))!.status) ? true : null), SOON);
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);

  const { spans } = receiver;
  const named = (name: string) => spans.filter((span) => span.name === name);
  await until(() => (named('POST /jobs').length > 0 ? true : null), SOON);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
  const [request] = named('POST /jobs') as [Received];
  expect(request).toMatchObject({
    part: 'api',
    parentSpanId: CALLER,
    attributes: { 'http.response.status_code': 201, 'http.route': '/jobs', 'epochd.job.id': id },
  });
  const below = (parent: Received) =>
    spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId).map(({ name }) => name);
  expect(below(request).sort()).toEqual(['job.attempt', 'job.attempt', 'job.enqueue', 'job.queued']);

  const attempts = named('job.attempt').sort(
    (one, other) => Number(one.attributes['epochd.attempt']) - Number(other.attributes['epochd.attempt']),
  );
  expect(attempts.map(({ part, attributes }) => [part, attributes['epochd.job.id']])).toEqual([
    ['worker', id],
    ['worker', id],
  ]);
  expect(new Set(attempts.map(({ attributes }) => attributes['epochd.worker.id'])).size).toBe(2);
  const parts = ['job.claim', 'job.compile', 'job.materialise', 'job.train'];
  expect([...new Set(below(attempts[0]!))].filter((name) => name !== 'job.checkpoint').sort()).toEqual(parts);
  expect([...new Set(below(attempts[1]!))].filter((name) => name !== 'job.checkpoint').sort()).toEqual(
    [...parts, 'job.finish'].sort(),
  );
  for (const training of named('job.train')) {
    expect(training.attributes['epochd.device']).toBe('cpu');
    const epochs = training.events.map(({ name, attributes }) => [name, attributes.epoch as number] as const);
    expect(epochs.length).toBeGreaterThan(0);
    expect(epochs.length).toBeLessThanOrEqual(100);
    expect(epochs).toEqual(epochs.map((_, i) => ['epoch', epochs[0]![1] + i]));
  }
  // Every span of an attempt lies within it, except its claim, which precedes it.
  for (const attempt of attempts) {
    for (const span of spans.filter(({ parentSpanId }) => parentSpanId === attempt.spanId)) {
      expect(span.name === 'job.claim' || span.startTimeUnixNano >= attempt.startTimeUnixNano).toBe(true);
      expect(BigInt(span.endTimeUnixNano) <= BigInt(attempt.endTimeUnixNano)).toBe(true);
    }
  }
  expect(receiver.headers).toContain('blue one');
}, 180_000);

test("a caller's choice not to sample its trace is honored, by the worker too", async () => {
  const { receiver, store, worker, post } = await openService();
  const { child, exited } = worker();
  const id = await post({ epochs: 2 }, '00');
  await until(async () => (isTerminal((await store.jobs.get(id))!.status) ? true : null), SOON);
  child.kill('SIGTERM');
  await exited;
  expect(receiver.spans).toEqual([]);
}, 120_000);

test.each(['is not there', 'refuses'])('a receiver that %s is logged, and blocks nothing', async (how) => {
  const log = rememberingLog();
  const receiver = await openReceiver();
  closing.push(() => receiver.close().catch(() => {}));
  if (how === 'is not there') await receiver.close();
  const endpoint = `${receiver.endpoint}/elsewhere/`;
  const tracing = await openTracing({ endpoint, headers: {}, serviceName: 'epochd', ratio: 1 }, 'api', log);
  const span = tracing.start('something', 'no traceparent');
  expect(span.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  span.end();
  await tracing.close();
  expect(log.lines.map(({ level, message }) => [level, message])).toContainEqual([
    'warn',
    'traces could not be sent',
  ]);
});

test('without an endpoint OpenTelemetry is not loaded and nothing is traced', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({
      resolve(specifier, context, next) {
        if (context.parentURL?.includes('/services/')) seen.push(specifier);
        return next(specifier, context);
      },
    });
    const { openTracing } = await import('#tracing/tracing.ts');
    await import('./services/api/app.ts');
    await import('./services/worker/worker.ts');
    const tracing = await openTracing(null, 'api', console);
    const span = tracing.start('a span', null).child('another');
    span.end();
    console.log(JSON.stringify([seen.length > 100, seen.filter((it) => it.includes('opentelemetry')), span.traceparent]));
    process.exit(0);`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual([true, [], null]);
}, 60_000);
