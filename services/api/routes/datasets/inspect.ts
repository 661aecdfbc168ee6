// POST /datasets/inspect: what a file would become as a dataset; nothing is kept.

import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { UploadFields } from '#contracts/datasets/dataset.ts';
import { Inspection } from '#contracts/datasets/inspection.ts';
import { UploadDataset } from '#contracts/datasets/upload.ts';
import type { Route } from '../../context.ts';
import { UploadForm } from '../../openapi/components.ts';
import { inspectFiles } from '../../uploads/inspect-files.ts';
import { withFormat } from '../../uploads/plain-text.ts';
import { FILE_FIELDS, isQuick } from '../../uploads/read-files.ts';
import { withStoredUpload } from '../../uploads/stored-upload.ts';
import { type UploadedFile, withUpload } from '../../uploads/upload.ts';
import { bodyUnchecked, parse } from '../../validation.ts';

const route: Route = (app, { storeOf, tuning, parsing, scratch, uploads }) => {
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
            'Takes what POST /datasets takes as a form, or an `upload`, which is kept, and returns the format of the file (encoding, delimiter, decimals), the type and statistics of every column, what a job would receive, and every problem that would cause a rejection.',
          body: {
            content: {
              'multipart/form-data': { schema: UploadForm },
              'application/json': { schema: UploadDataset },
            },
          },
          response: { 200: Inspection },
        },
      },
      async (request) => {
        const plain = request as FastifyRequest;
        const maxBytes = tuning.datasetUploadBytes;
        const inspect = async (files: ReadonlyMap<string, UploadedFile>, fields: UploadFields) => {
          const { name: _, ...choice } = withFormat(files, fields);
          const inspected = (await isQuick(files))
            ? await inspectFiles(files, choice, maxBytes)
            : await parsing.run('inspect', {
                files: Array.from(files, ([field, { path }]) => ({ field, path })),
                choice,
                maxBytes,
              });
          return { object: 'dataset.inspection' as const, ...inspected };
        };
        if (plain.isMultipart() || request.body === undefined) {
          const accepts = { files: FILE_FIELDS, maxBytes };
          return uploads.run(() =>
            withUpload(scratch, plain, accepts, ({ files, fields }) =>
              inspect(files, parse(UploadFields, fields)),
            ),
          );
        }
        const { upload, ...fields } = parse(UploadDataset, request.body);
        return uploads.run(() =>
          withStoredUpload(scratch, storeOf(plain), upload, maxBytes, (file) =>
            inspect(new Map([['file', file]]), fields),
          ),
        );
      },
    );
  });
};
export default route;
