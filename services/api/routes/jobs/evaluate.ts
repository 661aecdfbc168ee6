// POST /jobs/{id}/evaluate: what the weights that a job ended with are worth on a dataset.

import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { InlineDataset } from '#contracts/datasets/dataset.ts';
import { problemOf } from '#contracts/errors.ts';
import { isId } from '#contracts/ids.ts';
import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import { EvaluateRequest, Evaluation } from '#contracts/jobs/evaluation.ts';
import type { TenantStore } from '#store/store.ts';
import { readInline } from '#training/data/formats/inline.ts';
import { encodeTable } from '#training/data/table.ts';
import type { Route } from '../../context.ts';
import { findJob, weightsOf } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';
import { requestFolders } from '../../uploads/large-json.ts';

async function writeTable(store: TenantStore, dataset: string | InlineDataset, path: string): Promise<void> {
  if (typeof dataset !== 'string') {
    await writeFile(path, encodeTable(readInline(dataset, 'dataset').table));
    return;
  }
  const found = isId('dataset', dataset) ? await store.datasets.get(dataset) : null;
  if (found === null) {
    const message = `there is no dataset ${JSON.stringify(dataset.slice(0, 100))}`;
    throw problemOf('invalid_dataset', [{ param: 'dataset', code: 'not_found', message }]);
  }
  await pipeline(Readable.from(store.artifacts.read(found.artifact)), createWriteStream(path));
}

const route: Route = (app, { storeOf, predictors, scratch }) => {
  void app.register(async (scope) => {
    const folderOf = requestFolders(scope, scratch);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/jobs/:id/evaluate',
      {
        schema: {
          operationId: 'evaluate',
          tags: ['jobs'],
          summary: 'Evaluate a trained model on a dataset',
          description:
            'The loss and every applicable metric. For classification, also the confusion matrix and precision, recall, F1 and support of each class; for two classes, ROC AUC and average precision. Definitions are those of scikit-learn. Columns are matched by name, classes by label.',
          params: IdParams,
          querystring: WhichQuery,
          body: EvaluateRequest,
          response: { 200: Evaluation },
        },
      },
      async (request) => {
        const store = storeOf(request);
        const { id } = request.params;
        const { dataset } = request.body;
        const source = weightsOf(await findJob(store, id), request.query.which, 'it can be evaluated');
        const table = join(await folderOf(request as FastifyRequest), 'table');
        await writeTable(store, dataset, table);
        const figures = await predictors.evaluate(source, table);
        const named = typeof dataset === 'string' ? dataset : null;
        return { object: 'evaluation' as const, job_id: id, dataset: named, ...figures };
      },
    );
  });
};
export default route;
