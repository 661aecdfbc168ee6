// GET /weights/{id}: which tensors were uploaded.

import { Weights } from '#contracts/weights.ts';
import type { Route } from '../../context.ts';
import { findWeights } from '../../lookup.ts';
import { presentWeights } from '../../present/weights.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/weights/:id',
    {
      schema: {
        operationId: 'getWeights',
        tags: ['weights'],
        summary: 'Contents of uploaded weights',
        params: IdParams,
        response: { 200: Weights },
      },
    },
    async (request) => presentWeights(await findWeights(storeOf(request), request.params.id)),
  );
};
export default route;
