// GET /jobs/{id}/weights: what was learned, as a safetensors file with torch's state_dict keys and layouts.

import { Readable } from 'node:stream';
import { z } from 'zod';
import { Problem } from '#contracts/errors.ts';
import type { Route } from '../../context.ts';
import { isKnown } from '../../etag.ts';
import { findJob, modelOf } from '../../lookup.ts';
import { IdParams } from '../../schemas.ts';

const route: Route = (app, { store }) => {
  app.get(
    '/jobs/:id/weights',
    {
      schema: {
        operationId: 'downloadWeights',
        tags: ['jobs'],
        summary: 'The trained weights as a safetensors file',
        description:
          "Keys, shapes and layouts are those of torch's state_dict: `module.load_state_dict(safetensors.torch.load_file(path))` takes them as they are.",
        params: IdParams,
        response: {
          200: {
            description: 'A safetensors file; its ETag is the SHA-256 of its bytes',
            content: { 'application/octet-stream': { schema: z.file() } },
          },
          304: z.null().describe('The file is the one that If-None-Match names'),
        },
      },
    },
    async (request, reply) => {
      const job = await findJob(store, request.params.id);
      const artifact = await store.artifacts.find(modelOf(job, 'it has weights'));
      if (artifact === null) throw new Problem('not_found', `the weights of ${job.id} were deleted just now`);
      if (isKnown(request, reply, artifact.sha256)) return reply.code(304).send(null);
      reply
        .type('application/octet-stream')
        .header('content-length', artifact.bytes)
        .header('content-disposition', `attachment; filename="${job.id}.safetensors"`);
      return reply.send(Readable.from(store.artifacts.read(artifact.id)) as never);
    },
  );
};
export default route;
