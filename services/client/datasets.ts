// Requests for datasets.

import type {
  CreatedDataset,
  Dataset,
  InlineDataset,
  Preview,
  UploadFields,
} from '#contracts/datasets/dataset.ts';
import type { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import type { Inspection } from '#contracts/datasets/inspection.ts';
import type { UploadDataset } from '#contracts/datasets/upload.ts';
import type { UrlDataset } from '#contracts/datasets/url-dataset.ts';
import type { Page } from '#contracts/list.ts';
import { type Http, newKey } from './http.ts';
import type { Listing } from './jobs.ts';
import { deleteUpload, RESUMABLE_BYTES, sendInPieces } from './resumable.ts';
import { type OnProgress, upload } from './upload.ts';

export interface NewFile extends UploadFields {
  /** A File, or a Blob named by `fileName`. */
  file: Blob;
  fileName?: string;
  onProgress?: OnProgress;
  /** Sends the file in pieces, so that an interrupted upload can continue; by default for files over 64 MiB. */
  resumable?: boolean;
  /** The id of an interrupted upload of this file: only the rest is sent. */
  resume?: string;
  /** Called with the id of a resumable upload. */
  onUpload?: (id: string) => void;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Datasets {
  /** From arrays, from a URL that the service fetches, or from a complete upload. */
  create(
    dataset: InlineDataset | UrlDataset | UploadDataset,
    options?: { idempotencyKey?: string },
  ): Promise<CreatedDataset>;
  /**
   * From a file: CSV, .npz, … `onProgress` receives the bytes sent and the total. If a resumable file is rejected, its upload is kept for a
   * day: retrying with `resume` and other fields does not send it again.
   */
  upload(file: NewFile): Promise<CreatedDataset>;
  /** Shows what dataset a file would become, without storing it. */
  inspect(file: NewFile): Promise<Inspection>;
  list(query?: Listing, signal?: AbortSignal): Promise<Page<Dataset>>;
  get(id: string, signal?: AbortSignal): Promise<Dataset>;
  preview(id: string, signal?: AbortSignal): Promise<Preview>;
  /** Statistics of the whole dataset, per column. */
  stats(id: string, signal?: AbortSignal): Promise<DatasetStats>;
  /** Returns the bytes freed. */
  delete(id: string): Promise<number>;
}

const isResumable = ({ file, resumable = file.size > RESUMABLE_BYTES, resume }: NewFile) =>
  resumable || resume !== undefined;

/** The dataset's fields and the named file, without the options of the transfer. */
function fieldsOf({ resumable: _, resume: __, onUpload: ___, idempotencyKey: ____, ...given }: NewFile) {
  const { file, fileName = 'name' in file ? String(file.name) : 'data.csv' } = given;
  return { ...given, fileName };
}

export function datasetsOf(http: Http): Datasets {
  const at = (id: string) => `/datasets/${encodeURIComponent(id)}`;
  const send = <T>(path: string, given: NewFile, headers: Record<string, string>): Promise<T> => {
    const { file, fileName, onProgress, signal: own, ...fields } = fieldsOf(given);
    const signal = http.signal(own);
    const form = new FormData();
    // Fields go first, so that the service has them before the bytes arrive.
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) form.append(name, value);
    }
    form.append('file', file, fileName);
    return http.again(
      () => upload<T>({ url: `${http.url}${path}`, headers, form, onProgress, signal }),
      signal,
    );
  };
  /** Sends the file in pieces and returns the request that refers to it. */
  const arrived = async (given: NewFile, signal: AbortSignal): Promise<UploadDataset> => {
    const { file, fileName, onProgress, signal: _, ...fields } = fieldsOf(given);
    const { resume, onUpload } = given;
    return {
      ...fields,
      upload: await sendInPieces(http, { file, fileName, resume, onUpload, onProgress, signal }),
    };
  };
  return {
    create: (body, options) => http.json('/datasets', { method: 'POST', body, creates: true, ...options }),
    upload: async ({ idempotencyKey = newKey(), ...given }) => {
      if (!isResumable(given)) {
        return send<CreatedDataset>('/datasets', given, http.headers({ creates: true, idempotencyKey }));
      }
      const signal = http.signal(given.signal);
      const body = await arrived(given, signal);
      return http.json('/datasets', { method: 'POST', body, creates: true, idempotencyKey, signal });
    },
    inspect: async ({ idempotencyKey: _, ...given }) => {
      if (!isResumable(given)) return send<Inspection>('/datasets/inspect', given, http.headers({}));
      const signal = http.signal(given.signal);
      const body = await arrived(given, signal);
      try {
        return await http.json('/datasets/inspect', { method: 'POST', body, signal });
      } finally {
        if (given.resume === undefined) await deleteUpload(http, body.upload);
      }
    },
    list: (query, signal) => http.json('/datasets', { query: { ...query }, signal }),
    get: (id, signal) => http.json(at(id), { signal }),
    preview: (id, signal) => http.json(`${at(id)}/preview`, { signal }),
    stats: (id, signal) => http.json(`${at(id)}/stats`, { signal }),
    delete: (id) => http.delete(at(id)),
  };
}
