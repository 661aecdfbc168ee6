// Traces, where somebody wants them: a span is something that was done, from when to when, as part of something else. What is
// known of it outside of a process is its `traceparent`, as W3C Trace Context writes it. Without an endpoint to send to,
// everything here does nothing, and no library is loaded.

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'producer' | 'consumer';
  attributes?: Attributes;
  /** Milliseconds since 1970; now where left out. */
  startedAt?: number;
}

export interface Span {
  /** Null where nobody traces. */
  readonly traceparent: string | null;
  child(name: string, options?: SpanOptions): Span;
  /** Something that happened meanwhile. Only the newest hundred are kept. */
  event(name: string, attributes?: Attributes): void;
  set(attributes: Attributes): void;
  /** It failed of this. */
  fail(error: unknown): void;
  /** The second time does nothing. */
  end(): void;
}

export interface Tracing {
  /** @param parent the traceparent of what this is part of; null begins a trace */
  start(name: string, parent: string | null, options?: SpanOptions): Span;
  /** Sends what is not sent yet, within two seconds. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Of an OTLP receiver over HTTP; spans go to `<endpoint>/v1/traces`. */
  endpoint: string;
  headers: Readonly<Record<string, string>>;
  serviceName: string;
  /** Of the traces that begin here, how large a part is recorded: 0 to 1. What a caller has decided holds. */
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

/** Does the work within the span, which ends with it. */
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
