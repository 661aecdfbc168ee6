// The environment, read once: every variable with its meaning, default and type. All errors are reported at once, by variable name. All
// other code receives values, never the environment.

import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_LIMITS, type KeyLimits, SomeLimits, withDefaults } from '#contracts/keys/key-limits.ts';
import type { HomesOptions } from '#store/artifacts/homes/homes.ts';
import { isLoopback } from './api/access/loopback.ts';
import { ArtifactVariables, homesOf, problemsOfHomes } from './config-artifacts.ts';
import { TracingVariables, tracingOf } from './config-tracing.ts';
import { datasetUrls, oneOf, url, variable, wholeNumber } from './config-variables.ts';
import type { TracingOptions } from './tracing/tracing.ts';

/** Where nothing is said: each takes memory of its own. */
const MOST_JOBS = 4;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** JSON of limits by their names. */
const limits = z.string().transform((text, context): SomeLimits => {
  try {
    const parsed = SomeLimits.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const known = Object.keys(DEFAULT_LIMITS).join(', ');
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    context.addIssue(`${where === '' ? '' : `${where}: `}${issue?.message}; limits are ${known}`);
  } catch {
    context.addIssue('expected a JSON object such as {"requests_per_second": 100}');
  }
  return z.NEVER;
});

export const Environment = z.object({
  HOST: variable(
    z.string().regex(/^\S+$/, { error: 'expected a host name or an address' }).default('127.0.0.1'),
  ).describe('Address to listen on; anything but loopback requires EPOCHD_API_KEY'),
  PORT: variable(wholeNumber(0, 65_535).prefault('3000')).describe('Port to listen on; 0 picks a free one'),
  DATA_DIR: variable(z.string().default('.data')).describe(
    'Data directory of the embedded Postgres; not used with DATABASE_URL',
  ),
  DISK_RESERVE_MIB: variable(wholeNumber(0, 1_048_576).prefault('512')).describe(
    'MiB to keep free on the disk of the embedded Postgres: writes that would use them are refused; not used with DATABASE_URL',
  ),
  DATABASE_URL: variable(url(['postgres:', 'postgresql:']).optional()).describe(
    'Your own Postgres (≥ 14), instead of the embedded one',
  ),
  ...ArtifactVariables,
  REDIS_URL: variable(url(['redis:', 'rediss:']).optional()).describe(
    'A Redis (noeviction) for the queue, instead of Postgres',
  ),
  EPOCHD_API_KEY: variable(
    z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, { error: 'expected at least 16 visible ASCII characters' })
      .optional(),
  ).describe(
    "The operator's key, sent as `Authorization: Bearer …`; it creates other keys. If unset, there is no authentication",
  ),
  KEY_LIMITS: variable(limits.prefault('{}')).describe(
    'Default limits of API keys, as JSON; see docs/security.md',
  ),
  WEBHOOK_PRIVATE_ADDRESSES: variable(oneOf(['0', '1']).default('0')).describe(
    '1 allows webhooks to private and loopback addresses',
  ),
  DATASET_URLS: variable(datasetUrls.prefault('off')).describe(
    'Where `POST /datasets` may fetch a `url` from: off, public (any public address), or a comma-separated list of origins such as https://data.example, which may be private',
  ),
  MAX_DATASET_UPLOAD_MB: variable(wholeNumber(1, 1_048_576).prefault('2048')).describe(
    'Maximum size, in MiB, of the files of one dataset, also unpacked',
  ),
  CORS_ORIGINS: variable(
    z
      .string()
      .refine((text) => text.split(',').every((it) => URL.parse(it.trim())?.origin === it.trim()), {
        error: 'expected origins such as https://app.example, separated by commas',
      })
      .optional(),
  ).describe(
    'Origins of other web pages that may call the API (CORS), such as https://app.example, separated by commas',
  ),
  NODE_ENV: variable(oneOf(['development', 'test', 'production']).default('development')).describe(
    'production requires EPOCHD_API_KEY',
  ),
  LOG_LEVEL: variable(oneOf(LOG_LEVELS).default('info')).describe(
    `Minimum log level: ${LOG_LEVELS.join(', ')}`,
  ),
  PREDICT_MEMORY_MIB: variable(wholeNumber(16, 1_048_576).prefault('512')).describe(
    'Memory, in MiB, for the trained models that an API process keeps loaded for prediction; the least recently used are evicted',
  ),
  WORKER_CONCURRENCY: variable(wholeNumber(1, 64).optional()).describe(
    'Jobs that one worker trains at the same time, each in its own process. If unset, the number of cores, at most 4, so that short jobs need not wait behind long ones',
  ),
  DATABASE_REQUEST_CONNECTIONS: variable(wholeNumber(1, 1_000).prefault('10')).describe(
    'Maximum Postgres connections of one process for requests',
  ),
  DATABASE_LEASE_CONNECTIONS: variable(wholeNumber(1, 1_000).prefault('3')).describe(
    'The same for leases and events of running jobs, which never wait behind other queries',
  ),
  DATABASE_BULK_CONNECTIONS: variable(wholeNumber(1, 1_000).prefault('4')).describe(
    'The same for reading and writing datasets, weights and checkpoints',
  ),
  WORKER_PORT: variable(wholeNumber(0, 65_535).optional()).describe(
    'Port on HOST for /healthz and /readyz of a separate worker; 0 picks a free one. If unset, no probes',
  ),
  TRAINER_THREADS: variable(wholeNumber(1, 64).prefault('1')).describe(
    'Maximum threads per job; more than 1 helps if that many cores are free',
  ),
  TRAINER_DATA_MB: variable(wholeNumber(1, 1_024).prefault('512')).describe(
    'MiB of training data that a trainer keeps in memory, encoded for the network; rows of a larger table are read from its file ahead of each step',
  ),
  LEASE_SECONDS: variable(wholeNumber(2, 3_600).prefault('12')).describe(
    'Seconds after which the jobs of an unresponsive worker go to another',
  ),
  EPOCHD_WEBGPU_SOFTWARE: variable(oneOf(['0', '1']).default('0')).describe(
    'For development: 1 gives trainers a GPU emulated in software, correct but slow',
  ),
  DRAIN_SECONDS: variable(wholeNumber(0, 3_600).prefault('0')).describe(
    'Seconds for which a process that was asked to stop answers 503 on /readyz before it stops, so that load balancers notice',
  ),
  STOP_SECONDS: variable(wholeNumber(1, 3_600).prefault('5')).describe(
    'Seconds that stopping may then take before the process is killed',
  ),
  RETENTION_DAYS: variable(wholeNumber(1, 36_500).optional()).describe(
    'Days after which finished jobs are deleted with everything that belongs to them. If unset, kept forever',
  ),
  EVENT_RETENTION_DAYS: variable(wholeNumber(1, 36_500).optional()).describe(
    'Days after which the epoch events of finished jobs are deleted; their metrics and other events are kept. If unset, kept forever',
  ),
  MAX_ATTEMPTS: variable(wholeNumber(1, 100).prefault('3')).describe(
    'A job fails after this many consecutive faults without a new checkpoint: a worker lost, a trainer killed, a device lost',
  ),
  ...TracingVariables,
});

export interface Config {
  host: string;
  port: number;
  dataDir: string;
  /** Stays free on the disk of the embedded Postgres. */
  diskReserveBytes: number;
  databaseUrl: string | null;
  /** Where the bytes of artifacts live. */
  homes: HomesOptions;
  redisUrl: string | null;
  /** The most connections to Postgres, by what they are for. */
  connections: { requests: number; leases: number; bulk: number };
  apiKey: string | null;
  corsOrigins: readonly string[];
  /** Of keys that say nothing else. */
  keyLimits: KeyLimits;
  /** Whether webhooks may lead to addresses that are not public. */
  webhookPrivateAddresses: boolean;
  /** From where datasets may be fetched. */
  datasetUrls: 'off' | 'public' | readonly string[];
  /** Of the files of one dataset. */
  datasetUploadBytes: number;
  /** Null keeps jobs for ever. */
  retentionDays: number | null;
  /** Null keeps the events of epochs for ever. */
  eventRetentionDays: number | null;
  production: boolean;
  /** Of trained models that are ready to predict. */
  predictBytes: number;
  logLevel: (typeof LOG_LEVELS)[number];
  /** Null where nothing is traced. */
  tracing: TracingOptions | null;
  /** How a program ends after a signal. */
  ending: { drainSeconds: number; stopSeconds: number };
  worker: {
    /** Where its probes are; null where there are none. */
    port: number | null;
    concurrency: number;
    threads: number;
    /** Of its table that a trainer keeps in memory. */
    dataBytes: number;
    leaseSeconds: number;
    maxAttempts: number;
    softwareGpu: boolean;
  };
}

/** The environment does not make sense: `problems` has one line for each variable that does not. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The environment is invalid:', ...problems.map((p) => `  ${p}`)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Values that never appear in a message: they hold passwords. */
const SECRET: readonly string[] = [
  'EPOCHD_API_KEY',
  'DATABASE_URL',
  'REDIS_URL',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

function describe(
  issue: z.core.$ZodIssue,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const name = String(issue.path[0]);
  const given = SECRET.includes(name) ? '' : ` (it is ${JSON.stringify(environment[name])})`;
  return `${name}: ${issue.message}${given}`;
}

/** Why there must be a key, or null. Looks at the variables themselves, so that it speaks even if others are wrong. */
function whyKeyIsNeeded(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { EPOCHD_API_KEY: key, HOST: host, NODE_ENV: mode } = environment;
  if (key) return null;
  if (mode === 'production') return 'NODE_ENV is production';
  return host && !isLoopback(host) ? `HOST=${host} can be reached by others` : null;
}

/** Throws ConfigError with everything that is wrong. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = Environment.safeParse(environment);
  const problems = parsed.error?.issues.map((issue) => describe(issue, environment)) ?? [];
  if (parsed.data !== undefined) problems.push(...problemsOfHomes(parsed.data));
  const because = whyKeyIsNeeded(environment);
  if (because !== null) problems.push(`EPOCHD_API_KEY: must be set, because ${because}`);
  if (parsed.data === undefined || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  const values = parsed.data;
  return {
    host: values.HOST,
    port: values.PORT,
    dataDir: path.resolve(values.DATA_DIR),
    diskReserveBytes: values.DISK_RESERVE_MIB * 2 ** 20,
    databaseUrl: values.DATABASE_URL ?? null,
    homes: homesOf(values),
    redisUrl: values.REDIS_URL ?? null,
    connections: {
      requests: values.DATABASE_REQUEST_CONNECTIONS,
      leases: values.DATABASE_LEASE_CONNECTIONS,
      bulk: values.DATABASE_BULK_CONNECTIONS,
    },
    apiKey: values.EPOCHD_API_KEY ?? null,
    keyLimits: withDefaults(values.KEY_LIMITS),
    datasetUrls: values.DATASET_URLS,
    datasetUploadBytes: values.MAX_DATASET_UPLOAD_MB * 2 ** 20,
    webhookPrivateAddresses: values.WEBHOOK_PRIVATE_ADDRESSES === '1',
    corsOrigins: values.CORS_ORIGINS?.split(',').map((it) => it.trim()) ?? [],
    retentionDays: values.RETENTION_DAYS ?? null,
    eventRetentionDays: values.EVENT_RETENTION_DAYS ?? null,
    production: values.NODE_ENV === 'production',
    predictBytes: values.PREDICT_MEMORY_MIB * 2 ** 20,
    logLevel: values.LOG_LEVEL,
    tracing: tracingOf(values),
    ending: { drainSeconds: values.DRAIN_SECONDS, stopSeconds: values.STOP_SECONDS },
    worker: {
      port: values.WORKER_PORT ?? null,
      concurrency: values.WORKER_CONCURRENCY ?? Math.min(MOST_JOBS, availableParallelism()),
      threads: values.TRAINER_THREADS,
      dataBytes: values.TRAINER_DATA_MB * 2 ** 20,
      leaseSeconds: values.LEASE_SECONDS,
      maxAttempts: values.MAX_ATTEMPTS,
      softwareGpu: values.EPOCHD_WEBGPU_SOFTWARE === '1',
    },
  };
}
