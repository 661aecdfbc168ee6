// The Docker files, as far as they can be checked without a Docker engine, which the test environment lacks.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Environment, loadConfig } from '../../services/config.ts';

interface ComposeService {
  image?: string;
  build?: { dockerfile: string; target: string };
  environment: Record<string, string>;
  user?: string;
  command?: string[];
  healthcheck?: object;
  depends_on?: Record<string, { condition: string }>;
}

const text = readFileSync('docker-compose.yml', 'utf8');
const compose = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
const dockerfile = readFileSync('docker/Dockerfile', 'utf8');
const SECRETS = { POSTGRES_PASSWORD: 'a1b2c3d4e5f6', EPOCHD_API_KEY: 'a-key-of-at-least-16' };

/** Interpolates variables as compose does. */
function fill(value: string, environment: Record<string, string>): string {
  return value.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string) => {
      const given = environment[name];
      if (given) return given;
      if (kind === '-') return rest;
      throw new Error(`${name}: ${rest}`);
    },
  );
}

describe.each(['api', 'worker', 'worker-gpu'])('the service %s', (name) => {
  const service = compose.services[name]!;

  test('sets only variables that the configuration knows, to valid values', () => {
    expect(Object.keys(Environment.shape)).toEqual(expect.arrayContaining(Object.keys(service.environment)));
    const filled = Object.fromEntries(
      Object.entries(service.environment).map(([key, value]) => [key, fill(value, SECRETS)]),
    );
    const config = loadConfig({ NODE_ENV: 'production', ...filled });
    expect(config.redisUrl).toBe('redis://redis:6379');
    expect(config.databaseUrl).toBe(`postgresql://epochd:${SECRETS.POSTGRES_PASSWORD}@postgres:5432/epochd`);
  });

  test('contains no secrets, and is refused without them', () => {
    const all = Object.values(service.environment).join('\n');
    for (const missing of Object.keys(SECRETS)) {
      const { [missing]: _, ...rest } = SECRETS as Record<string, string>;
      expect(() => fill(all, rest)).toThrow(`${missing}: set it to`);
    }
  });

  test('waits until the database and the queue are healthy', () => {
    expect(service.depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
  });

  test('is built from a target that exists, runs as non-root and has a health check', () => {
    const { dockerfile: file, target } = service.build!;
    expect(existsSync(file)).toBe(true);
    const stage = dockerfile.split(/^FROM /m).find((part) => part.split('\n')[0]?.endsWith(` AS ${target}`));
    const program = /^CMD \["node", "(.+)"\]$/m.exec(stage ?? '')?.[1];
    expect(existsSync(program as string)).toBe(true);
    expect(stage).toContain('HEALTHCHECK');
    expect(dockerfile).toMatch(/^USER node$/m);
  });
});

test('third-party images are pinned, run as non-root, and have health checks', () => {
  const others = Object.values(compose.services).filter((service) => service.image !== undefined);
  expect(others).toHaveLength(2);
  for (const service of others) {
    expect(service.image).toMatch(/:\d+\.\d+/);
    expect(service.user).toBeDefined();
    expect(service.healthcheck).toBeDefined();
  }
  // The same version of Node that npm installs.
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: { node: string };
  };
  const bases = dockerfile.match(/^FROM node:\S+/gm);
  expect(new Set(bases)).toEqual(new Set([`FROM node:${dependencies.node}-bookworm-slim`]));
});

test('Redis never evicts keys, and persists to disk', () => {
  expect(compose.services.redis?.command?.join(' ')).toBe(
    'redis-server --appendonly yes --maxmemory-policy noeviction',
  );
});

const hasCompose = process.env.PATH?.split(':').some((dir) => existsSync(`${dir}/docker-compose`)) ?? false;
if (!hasCompose) console.warn('SKIP  no docker-compose in PATH: the file is not checked by compose itself');

test.skipIf(!hasCompose)(
  'docker-compose accepts the file',
  () => {
    const run = (env: Record<string, string>) =>
      execFileSync('docker-compose', ['config', '--quiet'], {
        env: { PATH: process.env.PATH, ...env },
        stdio: 'pipe',
      });
    expect(() => run(SECRETS)).not.toThrow();
    expect(() => run({})).toThrow(/set it to/);
  },
  60_000,
);

test("health checks use the workers' probe port, and Postgres allows the connections of ten of them", () => {
  for (const name of ['worker', 'worker-gpu']) {
    const { environment, healthcheck } = compose.services[name]!;
    expect(JSON.stringify(healthcheck)).toContain(`http://127.0.0.1:${environment.WORKER_PORT}/readyz`);
  }
  const most = Number(/max_connections=(\d+)/.exec(compose.services.postgres!.command!.join(' '))![1]);
  const { connections } = loadConfig({});
  const each = connections.requests + connections.leases + connections.bulk + 1;
  expect(most).toBeGreaterThan(each * 10);
});
