// DELETE /uploads/{id}: what has arrived is not wanted any more.

import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Route } from '../../context.ts';
import { findUpload, found } from '../../lookup.ts';
import { IdParams, Nothing } from '../../schemas.ts';
import { speakTus, TusHeaders } from '../../tus/protocol.ts';

const route: Route = (app, { storeOf }) => {
  void app.register(async (scope) => {
    speakTus(scope);
    scope.withTypeProvider<ZodTypeProvider>().delete(
      '/uploads/:id',
      {
        schema: {
          operationId: 'deleteUpload',
          tags: ['uploads'],
          summary: 'Delete an upload and free its bytes',
          params: IdParams,
          headers: TusHeaders,
          response: { 204: Nothing },
        },
      },
      async (request, reply) => {
        const store = storeOf(request);
        const { id } = await findUpload(store, request.params.id);
        const freed = found('upload', id, await store.uploads.delete(id));
        return reply.code(204).header('x-bytes-freed', freed).send(null);
      },
    );
  });
};
export default route;
