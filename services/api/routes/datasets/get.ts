// GET /datasets/{id}

import { Dataset } from '#contracts/datasets/dataset.ts';
import type { Route } from '../../context.ts';
import { findDataset } from '../../lookup.ts';
import { presentDataset } from '../../present/dataset.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/datasets/:id',
    {
      schema: {
        operationId: 'getDataset',
        tags: ['datasets'],
        summary: 'One dataset',
        params: IdParams,
        response: { 200: Dataset },
      },
    },
    async (request) => presentDataset(await findDataset(storeOf(request), request.params.id)),
  );
};
export default route;
