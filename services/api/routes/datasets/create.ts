// POST /datasets: a CSV file or NumPy arrays as multipart/form-data, or arrays as JSON.

import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { Dataset, InlineDataset, UploadFields } from '#contracts/dataset.ts';
import { newId } from '#contracts/ids.ts';
import { Name } from '#contracts/text.ts';
import { readInline } from '#training/data/inline.ts';
import { encodeTable, type ReadTable } from '#training/data/table.ts';
import type { Context, Route } from '../../context.ts';
import { createOnce, hashOf } from '../../idempotency.ts';
import { UploadForm } from '../../openapi/components.ts';
import { presentDataset } from '../../present/dataset.ts';
import { readFiles } from '../../read-files.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { withUpload } from '../../upload.ts';
import { bodyUnchecked, parse } from '../../validation.ts';

async function keep({ store }: Context, name: string | null, { info, preview, table }: ReadTable) {
  const id = newId('dataset');
  const record = await store.datasets.create({ id, name, info, preview, table: encodeTable(table) });
  return { location: `/datasets/${id}`, body: presentDataset(record) };
}

const route: Route = (app, context) => {
  const { store, tuning } = context;

  // The only route that takes forms: everywhere else multipart is an unsupported media type.
  void app.register(async (scope) => {
    await scope.register(multipart);

    scope.withTypeProvider<ZodTypeProvider>().post(
      '/datasets',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'createDataset',
          tags: ['datasets'],
          summary: 'Create a dataset',
          description: [
            'A CSV file with a header, or arrays as JSON. A column of text is a set of classes when it is the target; every other column must be numbers.',
            '',
            'Or arrays of NumPy: one `.npz` in `file`, or two `.npy` in `inputs` and `targets`, [samples, …] each. They are stored as they are: bytes stay bytes.',
          ].join('\n'),
          headers: IdempotencyHeaders,
          body: {
            content: {
              'multipart/form-data': { schema: UploadForm },
              'application/json': { schema: InlineDataset },
            },
          },
          response: { 201: Dataset },
        },
      },
      async (request, reply) => {
        const plain = request as FastifyRequest;
        if (!plain.isMultipart()) {
          const hash = () => hashOf(request.body);
          return createOnce(store, plain, reply, hash, async () => {
            const dataset = parse(InlineDataset, request.body);
            return keep(context, dataset.name ?? null, readInline(dataset));
          });
        }
        const accepts = { files: ['file', 'inputs', 'targets'] as const, maxBytes: tuning.uploadBytes };
        return withUpload(plain, accepts, async ({ files, fields }) => {
          const sent = Array.from(files, ([field, { filename, sha256 }]) => [field, filename, sha256]);
          const hash = () => hashOf(sent, fields);
          return createOnce(store, plain, reply, hash, async () => {
            const { name, ...columns } = parse(UploadFields, fields);
            const [first] = files.values();
            const title = name ?? Name.safeParse(first?.filename).data ?? null;
            return keep(context, title, await readFiles(files, columns, tuning.uploadBytes));
          });
        });
      },
    );
  });
};
export default route;
