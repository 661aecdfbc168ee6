// GET /jobs/{id}/weights: what was learned, as a safetensors file with torch's state_dict keys and layouts.

import { WhichQuery } from '#contracts/jobs/checkpoint.ts';
import type { Route } from '../../context.ts';
import { sendWeights, WEIGHTS_REPLY } from '../../jobs/send-weights.ts';
import { findJob, weightsOf } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { storeOf }) => {
  app.get(
    '/jobs/:id/weights',
    {
      schema: {
        operationId: 'downloadWeights',
        tags: ['jobs'],
        summary: 'The trained weights as a safetensors file',
        description:
          "Keys, shapes and layouts are those of torch's state_dict: `module.load_state_dict(safetensors.torch.load_file(path))` loads them directly.",
        params: IdParams,
        querystring: WhichQuery,
        response: WEIGHTS_REPLY,
      },
    },
    async (request, reply) => {
      const store = storeOf(request);
      const job = await findJob(store, request.params.id);
      const source = weightsOf(job, request.query.which, 'it has weights');
      return sendWeights(store, request, reply, source, job.id);
    },
  );
};
export default route;
