// Which module may import which: without this test the boundaries would erode.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const SERVICES = path.resolve('services');

/** Room → the rooms it may import. Files directly in services/ compose the rooms and may import all of them. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  contracts: [],
  engine: [],
  training: ['engine', 'contracts'],
  store: ['contracts'],
  tracing: [],
  api: ['store', 'contracts', 'training', 'tracing'],
  worker: ['store', 'contracts', 'training', 'tracing'],
  client: ['contracts'],
  cli: ['client', 'contracts'],
  dashboard: ['client', 'contracts', 'engine', 'training'],
};
/** Packages that only one place may import. */
const KEPT_TO: Record<string, string> = {
  '@prisma/': 'store',
  pg: 'store',
  bullmq: 'store',
  ioredis: 'store',
  fastify: 'api',
  esbuild: 'dashboard',
  preact: 'dashboard',
  uplot: 'dashboard',
  webgpu: 'engine/backends/webgpu',
  commander: 'cli',
  'prom-client': 'api',
  '@opentelemetry/': 'tracing',
};
const CONTRACTS_MAY_NAME = ['zod', 'fastest-levenshtein'];

const files = readdirSync(SERVICES, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('store/generated/'))
  .sort();

interface Import {
  specifier: string;
  /** Erased at run time: it counts for the rooms' boundaries, but not for cycles. */
  typeOnly: boolean;
}

const IMPORT =
  /^import\s+(?<type>type\s+)?(?:[^'"]*?\sfrom\s+)?'(?<named>[^']+)'|^export\s+(?<retype>type\s+)?(?:\*|\{[^}]*\})[^'"]*?\sfrom\s+'(?<again>[^']+)'|\bimport\('(?<later>[^']+)'\)/gm;

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(SERVICES, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(({ groups: { type, retype, named, again, later } = {} }) => ({
    specifier: (named ?? again ?? later) as string,
    typeOnly: (type ?? retype) !== undefined,
  }));
}

/** The file that a specifier refers to, relative to services/; null for a package. */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1);
  return specifier.startsWith('.') ? path.join(path.dirname(from), specifier) : null;
}
const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] as string) : null);
const edges = files.flatMap((from) =>
  importsOf(from).map((it) => ({ from, ...it, to: resolve(from, it.specifier) })),
);

describe('the rooms', () => {
  test('match the rules above', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => room !== null).sort()).toEqual(
      Object.keys(MAY_IMPORT).sort(),
    );
  });

  test('import only the rooms they may', () => {
    const wrong = edges.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), to === null ? null : roomOf(to)];
      if (room === 'dashboard' && to?.startsWith('../examples/data/')) return false; // what examples learn from
      return room !== null && to !== null && other !== room && !MAY_IMPORT[room]?.includes(other ?? '');
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test('keep restricted packages to one place', () => {
    const wrong = edges.filter(({ from, specifier, to }) => {
      if (to !== null || specifier.startsWith('node:') || roomOf(from) === null) return false;
      if (from.startsWith('contracts/')) return !CONTRACTS_MAY_NAME.includes(specifier);
      const keeper = Object.entries(KEPT_TO).find(
        ([name]) => specifier === name || specifier.startsWith(name.endsWith('/') ? name : `${name}/`),
      )?.[1];
      return keeper !== undefined && !from.startsWith(`${keeper}/`);
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  test('read the environment in one place', () => {
    const wrong = files.filter((file) =>
      /process\.env\b/.test(readFileSync(path.join(SERVICES, file), 'utf8')),
    );
    expect(wrong).toEqual(['lifecycle.ts', 'start-cli.ts']);
  });

  test('have no import cycles', () => {
    const ours = edges.filter(({ to, typeOnly }) => to !== null && !typeOnly);
    const graph = Map.groupBy(ours, ({ from }) => from);
    const done = new Set<string>();
    const visit = (file: string, trail: string[]): string[] | null => {
      if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const { to } of graph.get(file) ?? []) {
        const circle = visit(to as string, [...trail, file]);
        if (circle !== null) return circle;
      }
      done.add(file);
      return null;
    };
    const circles = files.map((file) => visit(file, [])).filter((circle) => circle !== null);
    expect([...new Set(circles.map((circle) => circle.join(' → ')))]).toEqual([]);
  });

  test('have at most 25 files per folder: larger ones are split where a reader would look for the parts', () => {
    const folders = Map.groupBy(files, (file) => path.dirname(file));
    const full = [...folders].filter(([, inside]) => inside.length > 25);
    expect(full.map(([folder, inside]) => `${folder}: ${inside.length}`)).toEqual([]);
  });

  test("import little in the worker's trainer: only training, contracts and itself", () => {
    const wrong = edges
      .filter(({ from, to }) => from.startsWith('worker/trainer/') && to !== null)
      .filter(({ to }) => !/^(training|contracts|worker\/trainer)\//.test(to as string));
    expect(wrong).toEqual([]);
  });
});
