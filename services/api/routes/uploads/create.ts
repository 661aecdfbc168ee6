// POST /uploads: announces a file, which PATCH then sends.

import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { FileUpload } from '#contracts/datasets/upload.ts';
import { newId } from '#contracts/ids.ts';
import type { Route } from '../../context.ts';
import { tooLarge } from '../../failure.ts';
import { presentUpload } from '../../present/upload.ts';
import { readMetadata } from '../../tus/metadata.ts';
import { bytesIn, sayPlace, speakTus, TusHeaders } from '../../tus/protocol.ts';

const Headers = TusHeaders.extend({
  'upload-length': z.string().optional().describe('Required: bytes of the whole file'),
  'upload-metadata': z
    .string()
    .optional()
    .describe('Pairs of a key and a value in base64, separated by commas; used: filename and filetype'),
});

const route: Route = (app, { storeOf, tuning }) => {
  void app.register(async (scope) => {
    speakTus(scope);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/uploads',
      {
        schema: {
          operationId: 'createUpload',
          tags: ['uploads'],
          summary: 'Begin a resumable upload',
          description:
            'Any client of the tus protocol (1.0.0) can send the file, and continue after an interruption. When all of it has arrived, `POST /datasets` with `{"upload": "u_…"}` creates a dataset from it. An upload expires 24 hours after its last piece.',
          headers: Headers,
          response: { 201: FileUpload },
        },
      },
      async (request, reply) => {
        const length = bytesIn(request, 'upload-length');
        const metadata = request.headers['upload-metadata'] ?? null;
        if (metadata !== null) readMetadata(metadata);
        if (length > tuning.datasetUploadBytes) throw tooLarge('file', tuning.datasetUploadBytes);
        const { key } = request.caller;
        const upload = await storeOf(request).uploads.create({ id: newId('upload'), length, metadata, key });
        sayPlace(reply, upload).code(201).header('location', `/uploads/${upload.id}`);
        return presentUpload(upload);
      },
    );
  });
};
export default route;
