// POST /jobs/{id}/predict: what the trained model says about new rows.

import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PredictQuery, PredictReply, PredictRequest } from '#contracts/job-api.ts';
import { ANSWER_TYPES } from '#training/predict/answers.ts';
import { type Body, receiveBody } from '../../body.ts';
import type { Route } from '../../context.ts';
import { requestFolders } from '../../large-json.ts';
import { findJob, modelOf } from '../../lookup.ts';
import { answerFormat, rowFormat } from '../../predict/negotiate.ts';
import { IdParams } from '../../schemas.ts';
import { bodyUnchecked } from '../../validation.ts';

/** A body that is larger waits in a file. */
const IN_MEMORY_BYTES = 2 ** 20;

/** Headers hold no other characters. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const route: Route = (app, { store, predictors, scratch, tuning }) => {
  // Rows come in more formats than JSON, and all of them as a stream: this route reads its bodies by itself.
  void app.register(async (scope) => {
    const folderOf = requestFolders(scope, scratch);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => {
      rowFormat(request.headers['content-type']);
      return receiveBody(payload, request.headers['content-encoding'], {
        inMemory: IN_MEMORY_BYTES,
        maxBytes: tuning.uploadBytes,
        folder: () => folderOf(request),
      });
    });

    scope.withTypeProvider<ZodTypeProvider>().post(
      '/jobs/:id/predict',
      {
        bodyLimit: tuning.uploadBytes,
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'predict',
          tags: ['jobs'],
          summary: 'Predict with a trained model',
          description: [
            'Rows as arrays (`inputs`) or by column name (`records`), as they were before any preprocessing.',
            '',
            'The same as lines of JSON (each an array or an object), as CSV (the first row names the columns), or as one NumPy array [rows, …input shape]; plain, or with `Content-Encoding: gzip`. The answer is JSON, lines of JSON, CSV or a NumPy array, by `Accept`.',
          ].join('\n'),
          params: IdParams,
          querystring: PredictQuery,
          body: {
            content: {
              'application/json': { schema: PredictRequest },
              'application/x-ndjson': { schema: z.string() },
              'text/csv': { schema: z.string() },
              'application/x-npy': { schema: z.file() },
            },
          },
          response: {
            200: {
              description: 'A prediction for every row, in their order',
              content: {
                'application/json': { schema: PredictReply },
                'application/x-ndjson': { schema: z.string() },
                'text/csv': { schema: z.string() },
                'application/x-npy': { schema: z.file() },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const answer = answerFormat(request.headers.accept);
        const { id } = request.params;
        const artifact = await predictors.recent.of(id, async () =>
          modelOf(await findJob(store, id), 'it can predict'),
        );
        const { content, warnings } = await predictors.predict({
          artifact,
          jobId: id,
          body: (request.body as unknown as Body | undefined) ?? { bytes: Buffer.alloc(0) },
          format: rowFormat(request.headers['content-type']),
          answer,
          told: request.query.return ?? null,
          out: async () => path.join(await folderOf(request as FastifyRequest), 'answer'),
        });
        reply.type(ANSWER_TYPES[answer]);
        // In JSON they stand at the end; what has no place for them says so in a header.
        if (warnings.length > 0 && answer !== 'json') reply.header('x-warnings', asciiJson(warnings));
        if (typeof content === 'string') return reply.send(content as never);
        if ('bytes' in content) return reply.send(Buffer.from(content.bytes) as never);
        reply.header('content-length', content.size);
        return reply.send(createReadStream(content.path) as never);
      },
    );
  });
};
export default route;
