// PATCH /uploads/{id}: the next bytes of the file.

import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemOf } from '#contracts/errors.ts';
import type { Route } from '../../context.ts';
import { findUpload } from '../../lookup.ts';
import { IdParams, NoContent } from '../../schemas.ts';
import { bytesIn, OFFSET_STREAM, sayPlace, speakTus, TusHeaders } from '../../tus/protocol.ts';
import { checkEnd, checkOffset, receive } from '../../tus/receive.ts';
import { bodyUnchecked } from '../../validation.ts';

const Headers = TusHeaders.extend({
  'upload-offset': z
    .string()
    .optional()
    .describe('Required: the bytes that have arrived before this request'),
});

const route: Route = (app, { storeOf, uploads, closing }) => {
  void app.register(async (scope) => {
    speakTus(scope);
    scope.addContentTypeParser(OFFSET_STREAM, async (_request: FastifyRequest, body: Readable) => body);

    scope.withTypeProvider<ZodTypeProvider>().patch(
      '/uploads/:id',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'appendUpload',
          tags: ['uploads'],
          summary: 'Send the next bytes of an upload',
          description:
            'Every MiB that arrives is stored at once, so that an interrupted request loses nothing: `HEAD` says where to continue. 409 if `Upload-Offset` is not the next byte, or another request sends the same bytes.',
          params: IdParams,
          headers: Headers,
          body: { content: { [OFFSET_STREAM]: { schema: z.file() } } },
          response: { 204: NoContent },
        },
      },
      async (request, reply) => {
        const store = storeOf(request as FastifyRequest);
        const upload = await findUpload(store, request.params.id);
        const type = request.headers['content-type'];
        if (type !== OFFSET_STREAM) {
          const message = `expected ${OFFSET_STREAM}`;
          throw problemOf('unsupported_media_type', [
            { param: 'content-type', code: 'unsupported_media_type', message },
          ]);
        }
        checkOffset(upload, bytesIn(request, 'upload-offset'));
        checkEnd(upload, Number(request.headers['content-length'] ?? 0));
        const body = request.body as unknown as Readable;
        const now = await uploads.run(() => receive(store.uploads, upload, body, closing));
        return sayPlace(reply, now).code(204).send(null);
      },
    );
  });
};
export default route;
