// There is no cluster where these tests run: what the manifests say of the service is held against the service itself.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { Environment, loadConfig } from '../../services/config.ts';

const FOLDER = 'docker/kubernetes';

interface Probe {
  httpGet: { path: string; port: string };
}
interface Manifest {
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
/** As Kubernetes takes them: a value that YAML reads as a number is refused there. */
function environmentOf(name: string): Record<string, string> {
  const { env, envFrom } = containerOf(find('Deployment', name));
  expect(envFrom).toEqual([{ secretRef: { name: 'epochd' } }]);
  for (const { name: variable, value } of env) expect(typeof value, variable).toBe('string');
  return Object.fromEntries(env.map((it) => [it.name, it.value as string]));
}

describe.each([
  ['epochd-api', 'PORT'],
  ['epochd-worker', 'WORKER_PORT'],
])('the deployment %s', (name, portVariable) => {
  const deployment = find('Deployment', name);
  const own = environmentOf(name);
  const config = loadConfig({ NODE_ENV: 'production', ...secret, ...own });

  test('sets only variables that the configuration knows, to values that it takes', () => {
    const known = Object.keys(Environment.shape);
    expect(known).toEqual(expect.arrayContaining([...Object.keys(own), ...Object.keys(secret)]));
  });

  test('is given as long to end as it takes', () => {
    const { drainSeconds, stopSeconds } = config.ending;
    const grace = deployment.spec.template.spec.terminationGracePeriodSeconds;
    expect(grace).toBeGreaterThan(drainSeconds + stopSeconds);
  });

  test('is asked whether it lives and whether it is ready where it answers that', () => {
    const { ports, livenessProbe, readinessProbe } = containerOf(deployment);
    const port = ports[0]!;
    expect(String(port.containerPort)).toBe(own[portVariable]);
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: port.name });
    expect(readinessProbe.httpGet).toEqual({ path: '/readyz', port: port.name });
  });

  test('selects its own pods, which are not root’s and bounded in memory', () => {
    const { selector, template } = deployment.spec;
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(template.spec.securityContext.runAsNonRoot).toBe(true);
    expect(containerOf(deployment).resources.limits.memory).toMatch(/^\d+Gi$/);
  });
});

test('workers are scaled by a figure that /metrics has, to what one of them trains at a time', () => {
  const { scaleTargetRef, triggers } = find('ScaledObject', 'epochd-worker').spec;
  expect(scaleTargetRef.name).toBe(find('Deployment', 'epochd-worker').metadata.name);
  const { query, threshold } = triggers[0]!.metadata;
  expect(query).toContain('epochd_jobs{status=~"queued|running"}');
  expect(threshold).toBe(environmentOf('epochd-worker').WORKER_CONCURRENCY);
});

test('the service of the API leads to its pods', () => {
  const service = parse(readFileSync(path.join(FOLDER, 'api.yaml'), 'utf8').split('---')[0]!);
  const api = find('Deployment', 'epochd-api');
  expect(service.spec.selector).toEqual(api.spec.selector.matchLabels);
  expect(service.spec.ports[0].targetPort).toBe(containerOf(api).ports[0]!.name);
});
