// Where traces are sent, with OpenTelemetry's names for the variables.

import { z } from 'zod';
import { url, variable } from './config-variables.ts';
import type { TracingOptions } from './tracing/tracing.ts';

const share = { error: 'expected a number from 0 to 1' };

/** `name=value,name=value`, each value percent-encoded where it must be. */
const headers = z.string().transform((text, context): Record<string, string> => {
  const pairs = text.split(',').map((pair) => /^\s*([\w-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(pair));
  try {
    if (pairs.every((pair) => pair !== null))
      return Object.fromEntries(pairs.map((pair) => [pair[1], decodeURIComponent(pair[2] ?? '')]));
  } catch {
    // A % that encodes nothing.
  }
  context.addIssue('expected name=value, separated by commas, with values percent-encoded');
  return z.NEVER;
});

export const TracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(url(['http:', 'https:']).optional()).describe(
    'An OpenTelemetry collector (OTLP/HTTP) to send traces to, such as http://localhost:4318. If unset, tracing is off',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: variable(headers.optional()).describe(
    'Headers for requests to the collector, as name=value, separated by commas',
  ),
  OTEL_SERVICE_NAME: variable(z.string().default('epochd')).describe('Service name in traces'),
  OTEL_TRACES_SAMPLER_ARG: variable(
    z
      .string()
      .regex(/^\d*\.?\d+$/, share)
      .transform(Number)
      .pipe(z.number().max(1, share))
      .prefault('1'),
  ).describe(
    "Fraction of the traces started here that is recorded, 0 to 1; a caller's own sampling decision is respected",
  ),
};

type Values = z.infer<z.ZodObject<typeof TracingVariables>>;

export function tracingOf(values: Values): TracingOptions | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = values;
  if (endpoint === undefined) return null;
  return {
    endpoint,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: values.OTEL_SERVICE_NAME,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}
