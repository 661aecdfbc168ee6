// Renders docs/parity.md: measurements as tables. The required rows follow from the fixtures alone, without measuring anything.

import { fixture, fixtureNames, fixturesOf } from '../training/fixture.ts';
import type { Comparison, Kind } from './ledger.ts';

export const PAGE = 'docs/parity.md';

interface Section {
  title: string;
  text: string;
  /** The compared quantities, in order, as the suites name them. */
  quantities: readonly string[];
  /** The devices that compute it: each quantity has one column per device. */
  devices: readonly ('cpu' | 'webgpu')[];
}

const BOTH = ['cpu', 'webgpu'] as const;

const SECTIONS: Record<Kind, Section> = {
  layers: {
    title: 'Layers',
    text: 'The output (and running statistics after a training step), and the gradients of the input and all parameters along a random direction.',
    quantities: ['forward', 'gradients'],
    devices: BOTH,
  },
  losses: {
    title: 'Losses',
    text: "The value, and its gradient with respect to the network's output; the cases include outputs of ±100.",
    quantities: ['value', 'gradient'],
    devices: BOTH,
  },
  optimizers: {
    title: 'Optimizers',
    text: 'The same parameters updated with 50 given gradients, compared along the way and at the end.',
    quantities: ['parameters'],
    devices: BOTH,
  },
  schedulers: {
    title: 'Schedulers',
    text: 'The learning rate of each of 50 or more steps, in doubles, as in torch.',
    quantities: ['rates'],
    devices: ['cpu'],
  },
  networks: {
    title: 'Networks',
    text: 'Networks trained from given weights without shuffling: output and gradients of the first step, the loss of every step, and the final weights (and running statistics).',
    quantities: ['first output', 'first gradients', 'losses', 'final weights'],
    devices: BOTH,
  },
};

/** Kind → member → number of cases computed by torch. */
export function casesOfFixtures(): Record<Kind, Map<string, number>> {
  const count = (members: string[]) =>
    new Map([...Map.groupBy(members, (it) => it)].map(([member, { length }]) => [member, length] as const));
  const types = (kind: string, key: string) =>
    fixturesOf<Record<string, { type: string }>>(kind).map((each) => each[key]!.type);
  const optimizers = fixtureNames('optimizers').flatMap(
    (name) => fixture<{ cases: { optimizer: { type: string } }[] }>(name).cases,
  );
  return {
    layers: count(types('layers', 'layer')),
    losses: count(types('losses', 'loss')),
    optimizers: count(optimizers.map(({ optimizer }) => optimizer.type)),
    schedulers: count(types('schedulers', 'scheduler')),
    networks: count(fixtureNames('trajectories').map((name) => name.replace('trajectories-', ''))),
  };
}

const shown = (error: number) => (error === 0 ? '0' : error.toExponential(1).replace('e+0', ''));

const HEADER = `# Agreement with torch

This page compares epochd's results with those of torch 1.13 on the same inputs. \`tests/fixtures/\` holds torch's results and
the scripts that produced them; every test run compares them, and \`npm run parity\` generates this page.

Each error is the largest difference in a tensor, relative to its largest element, for the worst of all cases. Columns without
a device show the worse of the reference backend and WebAssembly; WebGPU columns were computed by the generated WGSL, on
the adapter named below. Errors of training losses and learning rates are relative to each value. The resolution of float32
is 1.2e-7.
`;

export function renderPage(comparisons: readonly Comparison[]): string {
  const adapters = new Set(comparisons.flatMap(({ adapter }) => adapter ?? []));
  const parts = Object.entries(SECTIONS).map(([kind, { title, text, quantities, devices }]) => {
    const ours = comparisons.filter((it) => it.kind === kind);
    const columns = quantities.flatMap((quantity) => devices.map((device) => ({ quantity, device })));
    const head = columns.map(({ quantity, device }) => {
      const limit = ours.find((it) => it.quantity === quantity)?.tolerance;
      return `${quantity}${device === 'webgpu' ? ', WebGPU' : ''} (≤ ${limit?.toExponential()})`;
    });
    const rows = [...Map.groupBy(ours, ({ member }) => member)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, rows]) => {
        const cases = new Set(rows.map((row) => row.case)).size;
        const worst = columns.map(({ quantity, device }) => {
          const errors = rows
            .filter((row) => row.quantity === quantity && (row.adapter === null) === (device === 'cpu'))
            .map(({ error }) => error);
          return errors.length === 0 ? '–' : shown(Math.max(...errors));
        });
        return `| ${[member, cases, ...worst].join(' | ')} |`;
      });
    const titles = `| ${['', 'cases', ...head].join(' | ')} |`;
    const line = `| --- | ${['cases', ...columns].map(() => '---:').join(' | ')} |`;
    return `## ${title}\n\n${text}\n\n${[titles, line, ...rows].join('\n')}\n`;
  });
  return [HEADER, `WebGPU adapter: ${[...adapters].join(', ') || 'none'}.\n`, ...parts].join('\n');
}

export interface Row {
  cases: number;
  /** The errors in its non-empty columns, each with that column's tolerance. */
  errors: { error: number; tolerance: number }[];
}

/** Parses the page: kind → member → row. */
export function readPage(page: string): Record<Kind, Map<string, Row>> {
  const read = (title: string) => {
    const lines = (page.split(`## ${title}\n`)[1] ?? '').split('\n## ')[0]!.split('\n');
    const [head = [], , ...rows] = lines
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const limits = head.slice(2).map((cell) => Number(/≤ ([^)]+)/.exec(cell)?.[1]));
    return new Map(
      rows.map(([member, cases, ...errors]) => {
        const measured = errors.map((error, i) => ({ error: Number(error), tolerance: limits[i]! }));
        return [member!, { cases: Number(cases), errors: measured.filter((_, i) => errors[i] !== '–') }];
      }),
    );
  };
  return Object.fromEntries(
    Object.entries(SECTIONS).map(([kind, { title }]) => [kind, read(title)]),
  ) as Record<Kind, Map<string, Row>>;
}
