// HEAD /uploads/{id}: where to continue.

import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Route } from '../../context.ts';
import { findUpload } from '../../lookup.ts';
import { IdParams, NoContent } from '../../schemas.ts';
import { sayPlace, speakTus, TusHeaders } from '../../tus/protocol.ts';

const route: Route = (app, { storeOf }) => {
  void app.register(async (scope) => {
    speakTus(scope);
    scope.withTypeProvider<ZodTypeProvider>().head(
      '/uploads/:id',
      {
        // The document omits HEAD routes by default, because Fastify adds one to every GET.
        config: { swagger: { exposeHeadRoute: true } },
        schema: {
          operationId: 'getUpload',
          tags: ['uploads'],
          summary: 'How much of an upload has arrived',
          description: 'In `Upload-Offset`, of `Upload-Length` bytes.',
          params: IdParams,
          headers: TusHeaders,
          response: { 204: NoContent },
        },
      },
      async (request, reply) => {
        const upload = await findUpload(storeOf(request), request.params.id);
        if (upload.metadata !== null) reply.header('upload-metadata', upload.metadata);
        return sayPlace(reply, upload).code(204).header('upload-length', upload.length).send(null);
      },
    );
  });
};
export default route;
