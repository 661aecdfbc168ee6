// GET /datasets: newest first.

import { Dataset } from '#contracts/datasets/dataset.ts';
import { listOf, PageQuery } from '#contracts/list.ts';
import type { Route } from '../../context.ts';
import { checkCursor } from '../../lookup.ts';
import { presentDataset } from '../../present/dataset.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/datasets',
    {
      schema: {
        operationId: 'listDatasets',
        tags: ['datasets'],
        summary: 'List datasets, newest first',
        querystring: PageQuery,
        response: { 200: listOf(Dataset) },
      },
    },
    async (request) => {
      const store = storeOf(request);
      const { limit, after } = request.query;
      const page = await store.datasets.list({ limit, after: checkCursor('dataset', after) });
      return { object: 'list' as const, data: page.items.map(presentDataset), has_more: page.hasMore };
    },
  );
};
export default route;
