// POST /jobs/{id}/predict: what the trained model says about new rows.

import { Problem } from '#contracts/errors.ts';
import { isTerminal } from '#contracts/job.ts';
import { PredictReply, PredictRequest } from '#contracts/job-api.ts';
import type { JobRecord } from '#store/job-record.ts';
import type { Route } from '../../context.ts';
import { findJob } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

function modelOf({ status, error, modelArtifact }: JobRecord): string {
  if (modelArtifact !== null) return modelArtifact;
  if (!isTerminal(status)) {
    throw new Problem('job_not_finished', `the job is ${status}: it can predict when it has succeeded`);
  }
  const why = error === null ? '' : ` (${error.code}: ${error.message})`;
  throw new Problem('conflict', `the job ${status}${why}: it has no trained model`);
}

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
      const predictor = await predictors.of(modelOf(job));
      const predictions = await predictor.predict(request.body);
      return { object: 'prediction' as const, job_id: job.id, predictions };
    },
  );
};
export default route;
