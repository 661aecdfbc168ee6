// Where traces are sent, by the names that OpenTelemetry gives these variables.

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
    'Where traces are sent: an OpenTelemetry collector over OTLP/HTTP, such as http://localhost:4318. If unset, nothing is traced',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: variable(headers.optional()).describe(
    'Headers of what is sent there, as name=value, separated by commas',
  ),
  OTEL_SERVICE_NAME: variable(z.string().default('epochd')).describe('Under which name'),
  OTEL_TRACES_SAMPLER_ARG: variable(
    z
      .string()
      .regex(/^\d*\.?\d+$/, share)
      .transform(Number)
      .pipe(z.number().max(1, share))
      .prefault('1'),
  ).describe('Which part of the traces that begin here is recorded, 0 to 1; what a caller decided holds'),
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
