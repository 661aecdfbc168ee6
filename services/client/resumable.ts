// Uploads a file in pieces by the tus protocol: after an interruption the service is asked how much it has, and the rest is sent. It only
// fails if no progress is made for a while.

import type { FileUpload } from '#contracts/datasets/upload.ts';
import { ApiError, ConnectionError } from './errors.ts';
import type { Http } from './http.ts';
import { backoff, pause } from './pause.ts';
import type { OnProgress } from './upload.ts';

/** Larger files are sent in pieces by default. */
export const RESUMABLE_BYTES = 64 * 2 ** 20;
/** Size of one request's body, small enough for the timeouts of proxies. */
const PIECE_BYTES = 8 * 2 ** 20;
/** Consecutive failures allowed, about half a minute in all. */
const TRIES = 12;

const TUS = { 'tus-resumable': '1.0.0' };
const RETRIED = [409, 429, 502, 503, 504];

export interface Pieces {
  file: Blob;
  fileName: string;
  /** The id of an earlier, interrupted upload. */
  resume?: string | undefined;
  /** Called with the id that resumes this upload. */
  onUpload?: ((id: string) => void) | undefined;
  onProgress?: OnProgress | undefined;
  signal: AbortSignal;
}

const pathOf = (id: string) => `/uploads/${encodeURIComponent(id)}`;

const inBase64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** Returns the id of the completed upload. @throws ApiError, ConnectionError */
export async function sendInPieces(http: Http, given: Pieces): Promise<string> {
  const { file, fileName, onUpload, onProgress, signal } = given;
  const id = given.resume ?? (await announce(http, file.size, fileName, signal));
  onUpload?.(id);
  let at = given.resume === undefined ? 0 : await placeOf(http, id, file.size, signal);
  onProgress?.(at, file.size);
  for (let failures = 0; at < file.size; ) {
    const before = at;
    try {
      at = await append(http, id, at, file.slice(at, at + PIECE_BYTES), signal);
    } catch (error) {
      const passing = error instanceof ConnectionError || RETRIED.includes((error as ApiError).status);
      if (!passing || ++failures > TRIES || signal.aborted) throw error;
      await pause(backoff(failures), signal);
      // If the service is still unreachable, the next piece fails too.
      at = await placeOf(http, id, file.size, signal).catch((error: unknown) => {
        if (error instanceof ApiError && !RETRIED.includes(error.status)) throw error;
        return before;
      });
    }
    if (at > before) failures = 0;
    onProgress?.(at, file.size);
  }
  return id;
}

export async function deleteUpload(http: Http, id: string): Promise<void> {
  await http.reply(pathOf(id), { method: 'DELETE', headers: TUS });
}

async function announce(http: Http, length: number, fileName: string, signal: AbortSignal): Promise<string> {
  const headers = {
    ...TUS,
    'upload-length': String(length),
    'upload-metadata': `filename ${inBase64(fileName)}`,
  };
  return (await http.json<FileUpload>('/uploads', { method: 'POST', headers, signal })).id;
}

async function placeOf(http: Http, id: string, size: number, signal: AbortSignal): Promise<number> {
  const { headers } = await http.reply(pathOf(id), { method: 'HEAD', headers: TUS, signal });
  const length = Number(headers.get('upload-length'));
  if (length !== size) throw new Error(`${id} is an upload of ${length} bytes, but this file has ${size}`);
  return Number(headers.get('upload-offset'));
}

async function append(http: Http, id: string, at: number, raw: Blob, signal: AbortSignal): Promise<number> {
  const headers = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(at) };
  const reply = await http.reply(pathOf(id), { method: 'PATCH', raw, headers, retries: 0, signal });
  return Number(reply.headers.get('upload-offset'));
}
