// Traces, where somebody wants them: a span is something that was done, from when to when, as part of something else. What is
// known of it outside of a process is its `traceparent`, as W3C Trace Context writes it. Without an endpoint to send to,
// everything here does nothing, and no library is loaded.

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'producer' | 'consumer';
  attributes?: Attributes;
  /** Milliseconds since 1970; now if omitted. */
  startedAt?: number;
}

export interface Span {
  /** Null if tracing is off. */
  readonly traceparent: string | null;
  child(name: string, options?: SpanOptions): Span;
  /** Records an event within the span. Only the newest hundred are kept. */
  event(name: string, attributes?: Attributes): void;
  set(attributes: Attributes): void;
  /** Marks the span as failed with this error. */
  fail(error: unknown): void;
  /** Idempotent. */
  end(): void;
}

export interface Tracing {
  /** @param parent the parent span's traceparent; null starts a new trace */
  start(name: string, parent: string | null, options?: SpanOptions): Span;
  /** Flushes pending spans, within two seconds. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Base URL of an OTLP/HTTP receiver; spans go to `<endpoint>/v1/traces`. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  /** Sampling ratio, 0 to 1, of the traces that start here. A caller's sampling decision takes precedence. */
  ratio: number;
}

export interface TracingLog {
  warn(about: object, message: string): void;
}

export const NO_SPAN: Span = {
  traceparent: null,
  child: () => NO_SPAN,
  event() {},
  set() {},
  fail() {},
  end() {},
};

export const NO_TRACING: Tracing = { start: () => NO_SPAN, close: async () => {} };

/** Runs `work` within the span, and ends the span afterwards. */
export async function inSpan<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

export async function openTracing(
  options: TracingOptions | null,
  part: string,
  log: TracingLog,
): Promise<Tracing> {
  if (options === null) return NO_TRACING;
  const { openOtlp } = await import('./otlp.ts');
  return openOtlp(options, part, log);
}
