// A POST route that predicts with certain weights: those of a finished job, or of a checkpoint. Rows come in several formats besides JSON,
// all as a stream, so such a route reads its body itself.

import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type PredictionPart, PredictReply, PredictRequest } from '#contracts/jobs/job-api.ts';
import type { TenantStore } from '#store/store.ts';
import { ANSWER_TYPES } from '#training/predict/answers.ts';
import type { App, Context } from '../context.ts';
import type { WeightsSource } from '../lookup.ts';
import { type Body, receiveBody } from '../uploads/body.ts';
import { requestFolders } from '../uploads/large-json.ts';
import { bodyUnchecked } from '../validation.ts';
import { answerFormat, rowFormat } from './negotiate.ts';

/** Larger bodies go to a file. */
const IN_MEMORY_BYTES = 2 ** 20;

const BODIES = {
  content: {
    'application/json': { schema: PredictRequest },
    'application/x-ndjson': { schema: z.string() },
    'text/csv': { schema: z.string() },
    'application/x-npy': { schema: z.file() },
  },
};
const REQUESTS = {
  content: {
    ...BODIES.content,
    'image/png': { schema: z.file() },
    'image/jpeg': { schema: z.file() },
    'image/webp': { schema: z.file() },
    'image/gif': { schema: z.file() },
    'image/tiff': { schema: z.file() },
    'multipart/form-data': { schema: z.strictObject({ image: z.array(z.file()) }) },
  },
};
const ANSWERS = { content: { ...BODIES.content, 'application/json': { schema: PredictReply } } };

const DESCRIPTION = [
  'Rows as arrays (`inputs`) or by column name (`records`), as they were before any preprocessing.',
  '',
  'The same as lines of JSON (each an array or an object), as CSV (the first row names the columns), or as one NumPy array [rows, …input shape]; plain, or with `Content-Encoding: gzip`. The reply is JSON, lines of JSON, CSV or a NumPy array, depending on `Accept`.',
  '',
  'A model trained on image files takes an image as the body, or several as files of a form; each is converted to the size, channels and scale used in training.',
].join('\n');

export interface PredictRoute<P extends z.ZodType, Q extends z.ZodType> {
  url: string;
  operationId: string;
  summary: string;
  params: P;
  querystring: Q;
  /** The weights to predict with, cached briefly under `key` for the caller's tenant. */
  source(
    params: z.infer<P>,
    query: z.infer<Q>,
    store: TenantStore,
  ): { key: string; find(): Promise<WeightsSource> };
}

/** Header values are limited to printable ASCII. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function addPredictRoute<
  P extends z.ZodType<{ id: string }>,
  Q extends z.ZodType<{ return?: PredictionPart | undefined }>,
>(app: App, { predictors, scratch, storeOf, tuning }: Context, route: PredictRoute<P, Q>): void {
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
      route.url,
      {
        bodyLimit: tuning.uploadBytes,
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: route.operationId,
          tags: ['jobs'],
          summary: route.summary,
          description: DESCRIPTION,
          params: route.params,
          querystring: route.querystring,
          body: REQUESTS,
          response: { 200: { description: 'One prediction per row, in order', ...ANSWERS } },
        },
      },
      async (request, reply) => {
        const answer = answerFormat(request.headers.accept);
        const params = request.params as z.infer<P>;
        const query = request.query as z.infer<Q>;
        const { key, find } = route.source(params, query, storeOf(request));
        const { content, warnings } = await predictors.predict({
          source: await predictors.recent.of(`${request.caller.tenant} ${key}`, find),
          jobId: params.id,
          body: (request.body as unknown as Body | undefined) ?? { bytes: Buffer.alloc(0) },
          format: rowFormat(request.headers['content-type']),
          answer,
          part: query.return ?? null,
          out: async () => path.join(await folderOf(request as FastifyRequest), 'answer'),
        });
        reply.type(ANSWER_TYPES[answer]);
        // JSON has the warnings at its end; other formats have no place for them, so they go in a header.
        if (warnings.length > 0 && answer !== 'json') reply.header('x-warnings', asciiJson(warnings));
        if (typeof content === 'string') return reply.send(content as never);
        if ('bytes' in content) return reply.send(Buffer.from(content.bytes) as never);
        reply.header('content-length', content.size);
        return reply.send(createReadStream(content.path) as never);
      },
    );
  });
}
