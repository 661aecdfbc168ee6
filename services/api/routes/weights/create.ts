// POST /weights: a safetensors file, as a form or as the whole body, for `model.weights` of a job.

import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemOf } from '#contracts/errors.ts';
import { newId } from '#contracts/ids.ts';
import { Name } from '#contracts/text.ts';
import { Weights } from '#contracts/weights.ts';
import { fileContent } from '#store/artifacts/file-content.ts';
import type { WeightsRecord } from '#store/store.ts';
import { readWeightsFile } from '#training/model/weights-file.ts';
import { createOnce, hashOf } from '../../access/idempotency.ts';
import type { Route } from '../../context.ts';
import { WeightsForm } from '../../openapi/components.ts';
import { presentWeights } from '../../present/weights.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { type UploadedFile, withBody, withUpload } from '../../uploads/upload.ts';
import { bodyUnchecked, parse } from '../../validation.ts';

const BINARY = 'application/octet-stream';
const Fields = z.strictObject({ name: Name.optional() });

const created = (record: WeightsRecord) => ({
  location: `/weights/${record.id}`,
  body: presentWeights(record),
});

const route: Route = (app, { storeOf, tuning, scratch }) => {
  void app.register(async (scope) => {
    await scope.register(multipart);
    scope.addContentTypeParser(BINARY, async (_request: FastifyRequest, body: Readable) => body);

    scope.withTypeProvider<ZodTypeProvider>().post(
      '/weights',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'createWeights',
          tags: ['weights'],
          summary: 'Upload weights',
          description:
            "A safetensors file with torch's state_dict keys, as `safetensors.torch.save_file(module.state_dict(), path)` writes it. A job starts from it if its `model.weights` names it; F64, F16 and BF16 are converted to F32.",
          headers: IdempotencyHeaders,
          querystring: Fields,
          body: {
            content: { 'multipart/form-data': { schema: WeightsForm }, [BINARY]: { schema: z.file() } },
          },
          response: { 201: Weights },
        },
      },
      async (request, reply) => {
        const plain = request as FastifyRequest;
        const store = storeOf(plain);
        const keep = ({ path, filename, sha256 }: UploadedFile, fields: unknown) =>
          createOnce<Weights>(
            store,
            plain,
            reply,
            () => hashOf(sha256, filename, fields),
            async (kept) => {
              const { name = request.query.name } = parse(Fields, fields);
              const weights = {
                id: newId('weights'),
                name: name ?? Name.safeParse(filename).data ?? null,
                tensors: await readWeightsFile(path),
                key: plain.caller.key,
                file: fileContent(path),
              };
              return created(await store.weights.create(weights, kept(created)));
            },
          );
        if (plain.isMultipart()) {
          const accepts = { files: ['file'] as const, maxBytes: tuning.uploadBytes };
          return withUpload(scratch, plain, accepts, ({ files, fields }) => keep(files.get('file')!, fields));
        }
        if (plain.body === undefined || !plain.headers['content-type']?.startsWith(BINARY)) {
          const message = `expected a file as ${BINARY} or multipart/form-data`;
          throw problemOf('unsupported_media_type', [
            { param: 'content-type', code: 'unsupported_media_type', message },
          ]);
        }
        return withBody(scratch, plain.body as Readable, tuning.uploadBytes, (file) =>
          keep(file, request.query),
        );
      },
    );
  });
};
export default route;
