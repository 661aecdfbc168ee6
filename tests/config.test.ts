import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#contracts/keys/key-limits.ts';
import { isLoopback } from '../services/api/access/loopback.ts';
import { ConfigError, Environment, loadConfig } from '../services/config.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const KEY = 'a-key-of-at-least-16';

describe('the environment', () => {
  test('may be empty', () => {
    expect(loadConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      datasetUploadBytes: 2048 * 2 ** 20,
      predictBytes: 512 * 2 ** 20,
      dataDir: expect.stringMatching(/\.data$/),
      diskReserveBytes: 512 * 2 ** 20,
      databaseUrl: null,
      homes: {
        url: null,
        overBytes: 2 ** 20,
        others: [],
        move: false,
        reserveBytes: 512 * 2 ** 20,
        s3: {},
      },
      redisUrl: null,
      connections: { requests: 10, leases: 3, bulk: 4 },
      apiKey: null,
      corsOrigins: [],
      keyLimits: DEFAULT_LIMITS,
      webhookPrivateAddresses: false,
      datasetUrls: 'off',
      retentionDays: null,
      eventRetentionDays: null,
      production: false,
      logLevel: 'info',
      tracing: null,
      ending: { drainSeconds: 0, stopSeconds: 5 },
      worker: {
        port: null,
        concurrency: Math.min(4, availableParallelism()),
        threads: 1,
        dataBytes: 512 * 2 ** 20,
        leaseSeconds: 12,
        maxAttempts: 3,
        softwareGpu: false,
      },
    });
  });

  test('treats an empty variable as unset', () => {
    const names = Object.keys(Environment.shape);
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
  });

  test('sets the origins that datasets may be fetched from, and rejects anything else', () => {
    expect(loadConfig({ DATASET_URLS: 'public' }).datasetUrls).toBe('public');
    const origins = ['https://data.example', 'http://10.0.0.7:9000'];
    expect(loadConfig({ DATASET_URLS: origins.join(', ') }).datasetUrls).toEqual(origins);
    for (const wrong of ['data.example', 'https://data.example/path', 'ftp://data.example', 'on'])
      expect(problemsOf({ DATASET_URLS: wrong })).toEqual([
        expect.stringMatching(/^DATASET_URLS: expected off/),
      ]);
  });

  test('sets the default limits of keys, and rejects invalid ones', () => {
    const { keyLimits } = loadConfig({ KEY_LIMITS: '{"running_jobs": 2, "queued_jobs": null}' });
    expect(keyLimits).toEqual({ ...DEFAULT_LIMITS, running_jobs: 2, queued_jobs: null });
    for (const wrong of ['2', '{"jobs": 2}', '{"running_jobs": "two"}', '{running_jobs: 2}']) {
      expect(problemsOf({ KEY_LIMITS: wrong })).toEqual([expect.stringMatching(/^KEY_LIMITS: /)]);
    }
  });

  test('is rejected with all invalid variables by name at once', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://root:hunter2@db',
      REDIS_URL: 'localhost',
      NODE_ENV: 'prod',
      WORKER_CONCURRENCY: '1e3',
      TRAINER_THREADS: '0',
      LEASE_SECONDS: '-1',
      MAX_ATTEMPTS: '0',
      EPOCHD_API_KEY: 'short',
    });
    const named = problems.map((line) => line.split(':')[0]);
    expect(named.sort()).toEqual(
      [
        'PORT',
        'LOG_LEVEL',
        'DATABASE_URL',
        'REDIS_URL',
        'NODE_ENV',
        'WORKER_CONCURRENCY',
        'TRAINER_THREADS',
        'LEASE_SECONDS',
        'MAX_ATTEMPTS',
        'EPOCHD_API_KEY',
      ].sort(),
    );
    expect(problems).toContain('PORT: expected a whole number from 0 to 65535 (it is "70000")');
  });

  test('configures tracing, and rejects invalid values', () => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
    const OTEL_EXPORTER_OTLP_HEADERS = 'authorization=Bearer%20abc, x-team=blue';
    expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS }).tracing).toEqual({
      endpoint: OTEL_EXPORTER_OTLP_ENDPOINT,
      headers: { authorization: 'Bearer abc', 'x-team': 'blue' },
      serviceName: 'epochd',
      ratio: 1,
    });
    const wrong = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'hunter2',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
    };
    expect([...problemsOf(wrong)].sort()).toEqual([
      expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL that begins with http:/),
      'OTEL_EXPORTER_OTLP_HEADERS: expected name=value, separated by commas, with values percent-encoded',
      'OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1 (it is "1.5")',
    ]);
  });

  test('reveals no password and no key in its errors', () => {
    const text = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db', EPOCHD_API_KEY: 'short key' }).join();
    expect(text).not.toMatch(/hunter2|short key/);
  });
});

describe('without a key', () => {
  test.each(['0.0.0.0', '::', '192.168.1.4', 'example.org'])('HOST=%s is refused', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([
      `EPOCHD_API_KEY: must be set, because HOST=${HOST} can be reached by others`,
    ]);
    expect(loadConfig({ HOST, EPOCHD_API_KEY: KEY }).apiKey).toBe(KEY);
  });

  test('production is refused, even on loopback', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'EPOCHD_API_KEY: must be set, because NODE_ENV is production',
    ]);
    expect(loadConfig({ NODE_ENV: 'production', EPOCHD_API_KEY: KEY }).production).toBe(true);
  });

  test.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]'])('%s is allowed', (host) => {
    expect(isLoopback(host)).toBe(true);
  });
});

describe('the description of each variable', () => {
  const described = Object.entries(Environment.shape).map(
    ([name, schema]) => [name, schema.description] as const,
  );

  test('is in the README, word for word', () => {
    const readme = readFileSync('README.md', 'utf8');
    for (const [name, description] of described) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
      expect(row, `a row for ${name}`).toBeDefined();
      expect(row).toContain(description);
    }
  });

  test('is in .env.example, with every variable, no others, and the actual defaults', () => {
    const lines = readFileSync('.env.example', 'utf8').split('\n');
    const given = lines.flatMap((line) => {
      const match = /^# ?([A-Z_0-9]+)=(.*)$/.exec(line);
      return match === null ? [] : [[match[1] as string, match[2] as string] as const];
    });
    expect(given.map(([name]) => name).sort()).toEqual(Object.keys(Environment.shape).sort());
    const defaults = given.filter(([name]) => !/_URL$|_KEY$/.test(name));
    expect(loadConfig(Object.fromEntries(defaults))).toEqual(loadConfig({}));
    for (const [, description] of described) expect(lines.join('\n')).toContain(description);
  });
});
