// POST /jobs/{id}/checkpoints/{checkpoint}/predict: what the weights of a checkpoint say, also while the job still runs.

import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import { PredictQuery } from '#contracts/jobs/job-api.ts';
import type { Route } from '../../../context.ts';
import { findCheckpoint, sourceOf } from '../../../lookup.ts';
import { addPredictRoute } from '../../../predict/predict-route.ts';
import { CheckpointParams } from '../../../schemas.ts';

const route: Route = (app, context) => {
  addPredictRoute(app, context, {
    url: '/jobs/:id/checkpoints/:checkpoint/predict',
    operationId: 'predictFromCheckpoint',
    summary: 'Predict with a checkpoint, even while the job runs',
    params: CheckpointParams,
    querystring: PredictQuery.extend(WhichQuery.shape),
    source: ({ id, checkpoint }, { which }, store) => ({
      key: `${id}/${checkpoint}@${which ?? ''}`,
      find: async () => sourceOf(await findCheckpoint(store, id, checkpoint), which),
    }),
  });
};
export default route;
