// The new row of a validated job, with its inline dataset.

import { newId } from '#contracts/ids.ts';
import type { NewJob, TenantStore } from '#store/store.ts';
import type { Span } from '#tracing/tracing.ts';
import type { ValidJob } from '#training/job/validate.ts';
import type { Caller } from '../access/caller.ts';
import type { ParsedJob } from '../offload/protocol.ts';
import { storedForm } from '../uploads/stored-form.ts';
import { findStartingWeights } from './starting-weights.ts';

export async function newRow(
  store: TenantStore,
  { request, spec, parameters, totalSteps, inline, warnings }: ValidJob | ParsedJob,
  { caller: { key }, span }: { caller: Caller; span: Span },
): Promise<NewJob> {
  const dataset =
    inline === null
      ? null
      : {
          id: newId('dataset'),
          name: inline.name,
          info: inline.info,
          preview: inline.preview,
          key,
          table: storedForm(inline),
        };
  const { weights } = spec.model;
  const start = weights === undefined ? null : await findStartingWeights(store, weights);
  const model = start === null ? spec.model : { ...spec.model, weights: start.ref };
  return {
    id: newId('job'),
    name: request.name ?? null,
    spec: { ...spec, model, dataset: dataset?.id ?? (request.dataset as string) },
    startArtifact: start?.artifact ?? null,
    parameters,
    totalSteps,
    metadata: request.metadata,
    priority: request.priority,
    key,
    warnings,
    traceparent: span.traceparent,
    ...(dataset === null ? {} : { dataset }),
  };
}
