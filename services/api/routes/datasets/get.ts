// GET /datasets/{id}

import { Dataset } from '#contracts/dataset.ts';
import type { Route } from '../../context.ts';
import { findDataset } from '../../lookup.ts';
import { presentDataset } from '../../present/dataset.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { store }) => {
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
    async (request) => presentDataset(await findDataset(store, request.params.id)),
  );
};
export default route;
