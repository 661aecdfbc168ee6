// POST /datasets/inspect: what a file would become as a dataset; nothing is kept.

import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { UploadFields } from '#contracts/dataset.ts';
import { Inspection } from '#contracts/inspection.ts';
import type { Route } from '../../context.ts';
import { inspectFiles } from '../../inspect-files.ts';
import { UploadForm } from '../../openapi/components.ts';
import { withFormat } from '../../plain-text.ts';
import { isPacked } from '../../read-files.ts';
import { SMALL_UPLOAD_BYTES, withUpload } from '../../upload.ts';
import { bodyUnchecked, parse } from '../../validation.ts';

const route: Route = (app, { tuning, parsing, uploads }) => {
  void app.register(async (scope) => {
    await scope.register(multipart);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/datasets/inspect',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'inspectDataset',
          tags: ['datasets'],
          summary: 'Inspect a file without storing it',
          description:
            'Takes what POST /datasets takes as a form, and returns the format of the file (encoding, delimiter, decimals), the type and statistics of every column, what a job would receive, and every problem that would cause a rejection.',
          body: { content: { 'multipart/form-data': { schema: UploadForm } } },
          response: { 200: Inspection },
        },
      },
      async (request) =>
        uploads.run(() => {
          const accepts = {
            files: ['file', 'inputs', 'targets'] as const,
            maxBytes: tuning.datasetUploadBytes,
          };
          return withUpload(request as FastifyRequest, accepts, async ({ files, fields }) => {
            const { name: _, ...choice } = withFormat(files, parse(UploadFields, fields));
            const bytes = [...files.values()].reduce((sum, file) => sum + file.bytes, 0);
            const maxBytes = tuning.datasetUploadBytes;
            const inspected =
              bytes <= SMALL_UPLOAD_BYTES && !(await isPacked(files))
                ? await inspectFiles(files, choice, maxBytes)
                : await parsing.run('inspect', {
                    files: Array.from(files, ([field, { path }]) => ({ field, path })),
                    choice,
                    maxBytes,
                  });
            return { object: 'dataset.inspection' as const, ...inspected };
          });
        }),
    );
  });
};
export default route;
