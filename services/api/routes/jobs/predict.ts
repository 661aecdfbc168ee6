// POST /jobs/{id}/predict: what the trained model says about new rows.

import { PredictReply, PredictRequest } from '#contracts/job-api.ts';
import type { Route } from '../../context.ts';
import { findJob, modelOf } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { store, predictors }) => {
  app.post(
    '/jobs/:id/predict',
    {
      schema: {
        operationId: 'predict',
        tags: ['jobs'],
        summary: 'Predict with a trained model',
        description:
          'Rows as arrays (`inputs`) or by column name (`records`), as they were before any preprocessing.',
        params: IdParams,
        body: PredictRequest,
        response: { 200: PredictReply },
      },
    },
    async (request) => {
      const job = await findJob(store, request.params.id);
      const predictor = await predictors.of(modelOf(job, 'it can predict'));
      const predictions = await predictor.predict(request.body);
      return { object: 'prediction' as const, job_id: job.id, predictions };
    },
  );
};
export default route;
