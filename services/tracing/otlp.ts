// Traces by OpenTelemetry's SDK, sent in batches over OTLP/HTTP. What cannot be sent is dropped: no job waits for it.

import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Span, SpanOptions, Tracing, TracingLog, TracingOptions } from './tracing.ts';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;
/** Most events per span: a job may have many epochs. */
const EVENTS = 100;
const SEND_EVERY_MS = 1_000;
const CLOSE_MS = 2_000;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** Parses a traceparent; the root context if it is missing or invalid. */
function contextOf(traceparent: string | null): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

function open(tracer: Tracer, name: string, context: Context, options: SpanOptions = {}): Span {
  const { kind = 'internal', attributes, startedAt } = options;
  const span: OtelSpan = tracer.startSpan(
    name,
    {
      kind: KINDS[kind],
      ...(attributes === undefined ? {} : { attributes }),
      ...(startedAt === undefined ? {} : { startTime: startedAt }),
    },
    context,
  );
  const { traceId, spanId, traceFlags } = span.spanContext();
  let ended = false;
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    child: (childName, childOptions) =>
      open(tracer, childName, trace.setSpan(ROOT_CONTEXT, span), childOptions),
    event: (eventName, about) => void span.addEvent(eventName, about),
    set: (about) => void span.setAttributes(about),
    fail(error) {
      const message = error instanceof Error ? error.message : String(error);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    },
    end() {
      if (!ended) span.end();
      ended = true;
    },
  };
}

export function openOtlp(
  { endpoint, headers, serviceName, ratio }: TracingOptions,
  part: string,
  log: TracingLog,
): Tracing {
  const say = (message: string) => log.warn({ why: message.slice(0, 500) }, 'traces could not be sent');
  const nothing = () => {};
  diag.setLogger(
    { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: { ...headers },
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': serviceName,
      'service.instance.id': `${part}@${hostname()}:${process.pid}`,
      'epochd.part': part,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanLimits: { eventCountLimit: EVENTS },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  });
  const tracer = provider.getTracer('epochd');
  return {
    start: (name, parent, options) => open(tracer, name, contextOf(parent), options),
    async close() {
      const sent = provider.shutdown().catch((error: unknown) => say(String(error)));
      const late = sleep(CLOSE_MS, 'late', { ref: false });
      if ((await Promise.race([sent, late])) === 'late') say(`no response within ${CLOSE_MS} ms`);
    },
  };
}
