// A small job and its table, for tests of the training loop.

import { expect } from 'vitest';
import type { JobSpec } from '#contracts/jobs/job-api.ts';
import { readInline } from '#training/data/formats/inline.ts';
import type { StoredTable } from '#training/data/table.ts';
import { validateJob } from '#training/job/validate.ts';
import type { EpochReport, FitHooks } from '#training/run/fit.ts';

export interface SmallJob {
  spec: JobSpec;
  table: StoredTable;
}

/** Points in the plane, labeled by the side of a curve they are on. */
export function points(count: number): { inputs: number[][]; targets: number[] } {
  const inputs = Array.from({ length: count }, (_, i) => [
    Math.sin(i * 12.9898) * 2,
    Math.cos(i * 78.233) * 2,
  ]);
  return { inputs, targets: inputs.map(([x, y]) => Number(y! > Math.sin(2 * x!))) };
}

export async function smallJob(
  over: { model?: object; training?: object; seed?: number; preprocess?: string | object } = {},
  data: { inputs: unknown[]; targets: unknown[] } = points(50),
): Promise<SmallJob> {
  const { table } = readInline(data);
  const { details, job } = await validateJob(
    {
      model: {
        input: { shape: table.info.input_shape },
        layers: [{ type: 'Linear', out_features: 8 }, 'Tanh', { type: 'Linear', out_features: 2 }],
        ...over.model,
      },
      dataset: 'ds_',
      training: {
        loss: 'CrossEntropyLoss',
        epochs: 3,
        batch_size: 8,
        validation_split: 0.2,
        ...over.training,
      },
      seed: over.seed ?? 0,
      ...(over.preprocess === undefined ? {} : { preprocess: over.preprocess }),
    },
    async () => table.info,
  );
  expect(details).toEqual([]);
  return { spec: { ...job!.spec, dataset: 'ds_' }, table };
}

/** Hooks that record the reports; `stopAfter` is the number of `shouldStop` polls before the run is told to stop. */
export function watching(
  stopAfter = Number.POSITIVE_INFINITY,
): FitHooks & { reports: EpochReport[]; looks: number } {
  const hooks = {
    reports: [] as EpochReport[],
    looks: 0,
    onEpoch: (report: EpochReport) => void hooks.reports.push(report),
    shouldStop: () => (hooks.looks++ >= stopAfter ? ('cancel' as const) : null),
    yieldToEvents: async () => {},
  };
  return hooks;
}
