// POST /jobs/{id}/predict: what the weights that a job ended with say about new rows.

import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import { PredictQuery } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../context.ts';
import { findJob, weightsOf } from '../../lookup.ts';
import { addPredictRoute } from '../../predict/predict-route.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, context) => {
  addPredictRoute(app, context, {
    url: '/jobs/:id/predict',
    operationId: 'predict',
    summary: 'Predict with a trained model',
    params: IdParams,
    querystring: PredictQuery.extend(WhichQuery.shape),
    source: ({ id }, { which }, store) => ({
      key: `${id}@${which ?? ''}`,
      find: async () => weightsOf(await findJob(store, id), which, 'it can predict'),
    }),
  });
};
export default route;
