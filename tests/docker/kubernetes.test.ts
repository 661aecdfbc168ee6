// The Kubernetes manifests, checked without a cluster: against the schemas of Kubernetes and KEDA, and, where they refer to the service,
// against the service itself.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { Environment, loadConfig } from '../../services/config.ts';

const FOLDER = 'docker/kubernetes';

interface Probe {
  httpGet: { path: string; port: string };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  stringData: Record<string, string>;
  spec: {
    selector: { matchLabels: Record<string, string> };
    scaleTargetRef: { name: string };
    triggers: { metadata: { query: string; threshold: string } }[];
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds: number;
        securityContext: { runAsNonRoot: boolean };
        containers: {
          ports: { name: string; containerPort: number }[];
          env: { name: string; value: unknown }[];
          envFrom: { secretRef: { name: string } }[];
          livenessProbe: Probe;
          readinessProbe: Probe;
          resources: { limits: { memory: string } };
        }[];
      };
    };
  };
}

const manifests = readdirSync(FOLDER).flatMap((file) =>
  parseAllDocuments(readFileSync(path.join(FOLDER, file), 'utf8')).map((one) => {
    expect(one.errors, file).toEqual([]);
    return one.toJS() as Manifest;
  }),
);
const find = (kind: string, name: string) => {
  const found = manifests.find((it) => it.kind === kind && it.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};
const secret = find('Secret', 'epochd').stringData;
const containerOf = ({ spec }: Manifest) => spec.template.spec.containers[0]!;
/** Kubernetes accepts only strings, so a value that YAML parses as a number fails here. */
function environmentOf(name: string): Record<string, string> {
  const { env, envFrom } = containerOf(find('Deployment', name));
  expect(envFrom).toEqual([{ secretRef: { name: 'epochd' } }]);
  for (const { name: variable, value } of env) expect(typeof value, variable).toBe('string');
  return Object.fromEntries(env.map((it) => [it.name, it.value as string]));
}

/** The schema of every kind that the manifests use. */
const SCHEMAS = [Deployment, PodDisruptionBudget, ScaledObject, Secret, Service];

/** A manifest's violations of its schema: wrong values, missing ones, and unknown keys. */
function problemsOf(manifest: object): string[] {
  const { apiVersion, kind } = manifest as Manifest;
  const schema = SCHEMAS.find((it) => it.apiVersion === apiVersion && it.kind === kind);
  if (schema === undefined) return [`no schema for ${kind} of ${apiVersion}`];
  // Kubernetes' schemas allow unknown keys, which a cluster drops silently. Known keys are the ones that validation reads.
  const known = new Set<string>();
  const watched = (value: unknown, at: string): unknown => {
    known.add(at);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return Array.isArray(value) ? value.map((one, i) => watched(one, `${at}[${i}]`)) : value;
    }
    return new Proxy(value, {
      get: (target, key) => watched(Reflect.get(target, key), `${at}.${String(key)}`),
    });
  };
  const problems: string[] = [];
  try {
    // Not by its constructor, which copies the object and so reads every key.
    schema.prototype.validate.call(watched(manifest, kind));
  } catch (error) {
    problems.push((error as Error).message);
  }
  const unknown = (value: unknown, at: string): string[] => {
    if (!known.has(at)) return [`${at} is not known`];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      unknown(inner, Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`),
    );
  };
  return [...problems, ...unknown(manifest, kind)];
}

test.each(manifests.map((it) => [it.kind, it.metadata.name, it] as const))(
  'the %s %s matches its schema',
  (_kind, _name, manifest) => {
    expect(problemsOf(manifest)).toEqual([]);
  },
);

test('the schemas catch a wrong value, a missing one and a misspelled key', () => {
  const worker = JSON.stringify(find('Deployment', 'epochd-worker'));
  const spoilt = (right: string, wrong: string) => {
    expect(worker).toContain(right);
    return problemsOf(JSON.parse(worker.replace(right, wrong))).join('; ');
  };
  expect(spoilt('"containerPort":3001', '"containerPort":"3001"')).toMatch(/containerPort must be integer/);
  expect(spoilt('"selector":', '"selects":')).toMatch(/required property selector.*selects is not known/);
  expect(spoilt('"livenessProbe":', '"livenessprobe":')).toBe(
    'Deployment.spec.template.spec.containers[0].livenessprobe is not known',
  );
  expect(spoilt('"Deployment"', '"Deploy"')).toBe('no schema for Deploy of apps/v1');
});

describe.each([
  ['epochd-api', 'PORT'],
  ['epochd-worker', 'WORKER_PORT'],
])('the deployment %s', (name, portVariable) => {
  const deployment = find('Deployment', name);
  const own = environmentOf(name);
  const config = loadConfig({ NODE_ENV: 'production', ...secret, ...own });

  test('sets only variables that the configuration knows, to valid values', () => {
    const known = Object.keys(Environment.shape);
    expect(known).toEqual(expect.arrayContaining([...Object.keys(own), ...Object.keys(secret)]));
  });

  test('has a termination grace period that covers draining and stopping', () => {
    const { drainSeconds, stopSeconds } = config.ending;
    const grace = deployment.spec.template.spec.terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThan(drainSeconds + stopSeconds);
  });

  test('has its liveness and readiness probes on the port that serves them', () => {
    const { ports, livenessProbe, readinessProbe } = containerOf(deployment);
    const port = ports[0]!;
    expect(String(port.containerPort)).toBe(own[portVariable]);
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: port.name });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: port.name });
  });

  test('selects its own pods, which run as non-root with a memory limit', () => {
    const { selector, template } = deployment.spec;
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(template.spec.securityContext.runAsNonRoot).toBe(true);
    expect(containerOf(deployment).resources.limits.memory).toMatch(/^\d+Gi$/);
  });
});

test('workers scale by a metric that /metrics exports, with their concurrency as the threshold', () => {
  const { scaleTargetRef, triggers } = find('ScaledObject', 'epochd-worker').spec;
  expect(scaleTargetRef.name).toBe(find('Deployment', 'epochd-worker').metadata.name);
  const { query, threshold } = triggers[0]!.metadata;
  expect(query).toContain('epochd_jobs{status=~"queued|running"}');
  expect(threshold).toBe(environmentOf('epochd-worker').WORKER_CONCURRENCY);
});

test("the API's Service targets its pods", () => {
  const service = parse(readFileSync(path.join(FOLDER, 'api.yaml'), 'utf8').split('---')[0]!);
  const api = find('Deployment', 'epochd-api');
  expect(service.spec.selector).toEqual(api.spec.selector.matchLabels);
  expect(service.spec.ports[0].targetPort).toBe(containerOf(api).ports[0]!.name);
});
