// POST /datasets: a CSV file or NumPy arrays as multipart/form-data, or JSON: arrays, a URL, or an upload.

import { join } from 'node:path';
import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreatedDataset, InlineDataset, UploadFields } from '#contracts/datasets/dataset.ts';
import { UploadDataset } from '#contracts/datasets/upload.ts';
import { UrlDataset } from '#contracts/datasets/url-dataset.ts';
import { newId } from '#contracts/ids.ts';
import { Name } from '#contracts/text.ts';
import type { DatasetRecord, TenantStore } from '#store/store.ts';
import { readInline } from '#training/data/formats/inline.ts';
import type { ReadTable } from '#training/data/table.ts';
import type { Caller } from '../../access/caller.ts';
import { createOnce, hashOf, type Keep } from '../../access/idempotency.ts';
import type { Route } from '../../context.ts';
import { withDownload } from '../../dataset-url/download.ts';
import type { ParsedTable } from '../../offload/protocol.ts';
import { UploadForm } from '../../openapi/components.ts';
import { presentDataset } from '../../present/dataset.ts';
import { IdempotencyHeaders } from '../../schemas.ts';
import { identityOf, LargeJson, requestFolders, takeLargeJson } from '../../uploads/large-json.ts';
import { withFormat } from '../../uploads/plain-text.ts';
import { FILE_FIELDS, isQuick, readFiles } from '../../uploads/read-files.ts';
import { storedForm } from '../../uploads/stored-form.ts';
import { withStoredUpload } from '../../uploads/stored-upload.ts';
import { type UploadedFile, withUpload } from '../../uploads/upload.ts';
import { bodyUnchecked, parse } from '../../validation.ts';

async function createDataset(
  { datasets }: TenantStore,
  key: Caller['key'],
  name: string | null,
  read: ReadTable | ParsedTable,
  keep: Keep<CreatedDataset>,
  upload: string | null = null,
) {
  const { info, preview, interpreted = [] } = read;
  const created = (record: DatasetRecord) => ({
    location: `/datasets/${record.id}`,
    body: { ...presentDataset(record), interpreted: [...interpreted] },
  });
  const dataset = { id: newId('dataset'), name, info, preview, key, upload, table: storedForm(read) };
  return created(await datasets.create(dataset, keep(created)));
}

const has = (body: unknown, key: string): boolean =>
  typeof body === 'object' && body !== null && !(body instanceof LargeJson) && Object.hasOwn(body, key);

const route: Route = (app, { config, closing, storeOf, tuning, parsing, scratch, uploads }) => {
  // In a scope of its own, so that multipart stays an unsupported media type on routes without forms.
  void app.register(async (scope) => {
    await scope.register(multipart);
    const folderOf = requestFolders(scope, scratch);
    takeLargeJson(scope, folderOf, tuning.jsonBodyBytes);

    scope.withTypeProvider<ZodTypeProvider>().post(
      '/datasets',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'createDataset',
          tags: ['datasets'],
          summary: 'Create a dataset',
          description: [
            'A table as CSV, JSON, JSONL, Parquet or Arrow IPC, or arrays as JSON, plain or compressed with gzip. Columns may hold numbers, booleans, categories, dates and empty cells; the reply lists the type of each. A text target is a set of classes. Or a plain text (.txt), for a language model.',
            '',
            'With JSON and an `upload` instead of a file, the file is a complete upload (`POST /uploads`), which is deleted when the dataset has been created. If it is rejected, the upload is kept and can be used again with other fields.',
            '',
            'With JSON and a `url` instead of a file, the service fetches it, if its configuration allows (`DATASET_URLS`).',
            '',
            'Or NumPy arrays: one `.npz` in `file`, or two `.npy` in `inputs` and `targets`, [samples, …] each. They are stored as they are: bytes stay bytes.',
          ].join('\n'),
          headers: IdempotencyHeaders,
          body: {
            content: {
              'multipart/form-data': { schema: UploadForm },
              'application/json': { schema: z.union([InlineDataset, UrlDataset, UploadDataset]) },
            },
          },
          response: { 201: CreatedDataset },
        },
      },
      async (request, reply) => {
        const plain = request as FastifyRequest;
        const store = storeOf(plain);
        const { key } = plain.caller;
        const fromFiles = async (
          files: ReadonlyMap<string, UploadedFile>,
          fields: UploadFields,
          keep: Keep<CreatedDataset>,
          upload: string | null = null,
        ) => {
          const { name, ...columns } = withFormat(files, fields);
          const [first] = files.values();
          const title = name ?? Name.safeParse(first?.filename).data ?? null;
          const maxBytes = tuning.datasetUploadBytes;
          if (await isQuick(files))
            return createDataset(store, key, title, await readFiles(files, columns, maxBytes), keep, upload);
          const task = {
            files: Array.from(files, ([field, { path }]) => ({ field, path })),
            choice: columns,
            maxBytes,
            out: join(await folderOf(plain), 'table'),
          };
          return createDataset(store, key, title, await parsing.run('table', task), keep, upload);
        };
        if (!plain.isMultipart()) {
          const body: unknown = request.body;
          const hash = () => hashOf(identityOf(body));
          if (has(body, 'upload')) {
            const { upload, ...fields } = parse(UploadDataset, body);
            const readOnce = () =>
              createOnce<CreatedDataset>(store, plain, reply, hash, (keep) =>
                withStoredUpload(scratch, store, upload, tuning.datasetUploadBytes, (file) =>
                  fromFiles(new Map([['file', file]]), fields, keep, upload),
                ),
              );
            return uploads.run(readOnce);
          }
          if (has(body, 'url')) {
            const { url, ...fields } = parse(UrlDataset, body);
            const options = {
              policy: config.datasetUrls ?? 'off',
              maxBytes: tuning.datasetUploadBytes,
              signal: closing,
              scratch,
            };
            const fetchOnce = () =>
              createOnce<CreatedDataset>(store, plain, reply, hash, (keep) =>
                withDownload(url, options, (file) => fromFiles(new Map([['file', file]]), fields, keep)),
              );
            return uploads.run(fetchOnce);
          }
          return createOnce<CreatedDataset>(store, plain, reply, hash, async (keep) => {
            if (body instanceof LargeJson) {
              const out = join(await folderOf(plain), 'table');
              const read = await parsing.run('inline', { body: body.path, out });
              return createDataset(store, key, read.name, read, keep);
            }
            const dataset = parse(InlineDataset, body);
            return createDataset(store, key, dataset.name ?? null, readInline(dataset), keep);
          });
        }
        const accepts = {
          files: FILE_FIELDS,
          maxBytes: tuning.datasetUploadBytes,
        };
        const receive = () =>
          withUpload(scratch, plain, accepts, async ({ files, fields }) => {
            const sent = Array.from(files, ([field, { filename, sha256 }]) => [field, filename, sha256]);
            const hash = () => hashOf(sent, fields);
            return createOnce<CreatedDataset>(store, plain, reply, hash, (keep) =>
              fromFiles(files, parse(UploadFields, fields), keep),
            );
          });
        return uploads.run(receive);
      },
    );
  });
};
export default route;
