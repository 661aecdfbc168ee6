// What can be asked about datasets.

import type { CreatedDataset, Dataset, InlineDataset, Preview, UploadFields } from '#contracts/dataset.ts';
import type { DatasetStats } from '#contracts/dataset-stats.ts';
import type { Inspection } from '#contracts/inspection.ts';
import type { Page } from '#contracts/list.ts';
import type { UploadDataset } from '#contracts/upload.ts';
import type { UrlDataset } from '#contracts/url-dataset.ts';
import { type Http, newKey } from './http.ts';
import type { Listing } from './jobs.ts';
import { type OnProgress, upload } from './upload.ts';

export interface NewFile extends UploadFields {
  /** A File, or bytes with their name. */
  file: Blob;
  fileName?: string;
  onProgress?: OnProgress;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Datasets {
  /** From arrays, from a URL that the service fetches, or from a complete upload. */
  create(
    dataset: InlineDataset | UrlDataset | UploadDataset,
    options?: { idempotencyKey?: string },
  ): Promise<CreatedDataset>;
  /** From a file: CSV, .npz, … `onProgress` is told the bytes sent, and of how many. */
  upload(file: NewFile): Promise<CreatedDataset>;
  /** What a file would become; nothing is kept. */
  inspect(file: NewFile): Promise<Inspection>;
  list(query?: Listing, signal?: AbortSignal): Promise<Page<Dataset>>;
  get(id: string, signal?: AbortSignal): Promise<Dataset>;
  preview(id: string, signal?: AbortSignal): Promise<Preview>;
  /** Figures of the whole dataset, column by column. */
  stats(id: string, signal?: AbortSignal): Promise<DatasetStats>;
  /** The bytes of files that this freed. */
  delete(id: string): Promise<number>;
}

export function datasetsOf(http: Http): Datasets {
  const at = (id: string) => `/datasets/${encodeURIComponent(id)}`;
  const send = <T>(path: string, given: NewFile, headers: Record<string, string>): Promise<T> => {
    const { file, fileName, onProgress, signal: own, ...fields } = given;
    const signal = http.signal(own);
    const form = new FormData();
    // The fields first, so that the service knows them when the bytes come.
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) form.append(name, value);
    }
    form.append('file', file, fileName ?? ('name' in file ? String(file.name) : 'data.csv'));
    return http.again(
      () => upload<T>({ url: `${http.url}${path}`, headers, form, onProgress, signal }),
      signal,
    );
  };
  return {
    create: (body, options) => http.json('/datasets', { method: 'POST', body, creates: true, ...options }),
    upload: ({ idempotencyKey = newKey(), ...file }) =>
      send<CreatedDataset>('/datasets', file, http.headers({ creates: true, idempotencyKey })),
    inspect: ({ idempotencyKey: _, ...file }) =>
      send<Inspection>('/datasets/inspect', file, http.headers({})),
    list: (query, signal) => http.json('/datasets', { query: { ...query }, signal }),
    get: (id, signal) => http.json(at(id), { signal }),
    preview: (id, signal) => http.json(`${at(id)}/preview`, { signal }),
    stats: (id, signal) => http.json(`${at(id)}/stats`, { signal }),
    delete: (id) => http.delete(at(id)),
  };
}
