// OPTIONS /uploads: what of tus the service knows.

import type { Route } from '../../context.ts';
import { NoContent } from '../../schemas.ts';
import { TUS_EXTENSIONS, TUS_VERSION } from '../../tus/protocol.ts';

const route: Route = (app, { tuning }) => {
  app.options(
    '/uploads',
    {
      schema: {
        operationId: 'uploadOptions',
        tags: ['uploads'],
        summary: 'The version of tus, its extensions, and the size limit',
        description: 'In `Tus-Version`, `Tus-Extension` and `Tus-Max-Size` (bytes).',
        response: { 204: NoContent },
      },
    },
    async (_request, reply) =>
      reply
        .code(204)
        .header('tus-version', TUS_VERSION)
        .header('tus-extension', TUS_EXTENSIONS)
        .header('tus-max-size', tuning.datasetUploadBytes)
        .send(null),
  );
};
export default route;
