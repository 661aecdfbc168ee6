// GET /datasets/{id}/preview: the first rows as they were given.

import { Preview } from '#contracts/datasets/dataset.ts';
import type { Route } from '../../context.ts';
import { findDataset } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/datasets/:id/preview',
    {
      schema: {
        operationId: 'previewDataset',
        tags: ['datasets'],
        summary: 'The first rows as uploaded',
        params: IdParams,
        response: { 200: Preview },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const dataset = await findDataset(store, request.params.id);
      const preview = await store.datasets.preview(dataset.id);
      return {
        object: 'dataset.preview' as const,
        dataset_id: dataset.id,
        samples: dataset.info.samples,
        columns: preview?.columns ?? [],
        rows: preview?.rows ?? [],
      };
    },
  );
};
export default route;
